// Columns that more than one table has.

import type { NodeRow } from '../api/types';
import { bytes, distance } from '../format';
import { route } from '../route';
import { NodeName } from './node';
import type { Column } from './table';

/** Whether the object beside the table is the row's. */
export function isOpen({ index }: { index: number }): boolean {
  return route.value.query.get('node') === String(index);
}

export const OBJECT: Column<NodeRow> = { title: 'Object', width: 'minmax(140px, 1fr)', cell: (row) => <NodeName node={row} /> };
export const SELF: Column<NodeRow> = { title: 'Own size', width: '84px', align: 'end', wide: true, sort: 'selfSize', cell: (row) => bytes(row.selfSize) };
export const RETAINED: Column<NodeRow> = { title: 'Retained', width: '92px', align: 'end', sort: 'retainedSize', cell: (row) => bytes(row.retainedSize) };
export const DISTANCE: Column<NodeRow> = { title: 'Distance', width: '84px', align: 'end', wide: true, sort: 'distance', cell: (row) => distance(row.distance) };

export const OBJECT_COLUMNS: Column<NodeRow>[] = [OBJECT, DISTANCE, SELF, RETAINED];
