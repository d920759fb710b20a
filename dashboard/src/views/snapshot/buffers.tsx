import { usePaged } from '../../api/paged';
import type { BufferRow } from '../../api/types';
import { bytes } from '../../format';
import { isOpen, OBJECT } from '../../parts/columns';
import { NodeName } from '../../parts/node';
import { type Column, Table } from '../../parts/table';
import { refine } from '../../route';

const COLUMNS: Column<BufferRow>[] = [
  { ...OBJECT, title: 'Memory' },
  { title: 'Held by', width: 'minmax(140px, 1fr)', wide: true, cell: ({ owner }) => (owner === null ? '–' : <NodeName node={owner} />) },
  { title: 'Size', width: '92px', align: 'end', cell: (row) => bytes(row.selfSize) },
];

/** Memory outside V8's heap that objects on it keep. */
export function Buffers({ base }: { base: string }) {
  const list = usePaged<BufferRow>(`${base}/buffers`);
  return <Table label="Biggest buffers" columns={COLUMNS} list={list} onOpen={({ index }) => refine({ node: index })} selected={isOpen} empty="No Buffer in this snapshot." rows={22} />;
}
