import { query } from '../../api/client';
import { usePaged } from '../../api/paged';
import type { IndexedClass, NodeRow } from '../../api/types';
import { bytes, count, distance } from '../../format';
import { isOpen, OBJECT_COLUMNS } from '../../parts/columns';
import { Filter } from '../../parts/filter';
import { ClassName } from '../../parts/node';
import { type Column, Table } from '../../parts/table';
import { refine, route } from '../../route';
import { sortOf } from '../compare';

const COLUMNS: Column<IndexedClass>[] = [
  { title: 'Class', width: 'minmax(120px, 1fr)', sort: 'name', cell: ({ name }) => <ClassName name={name} /> },
  { title: 'Distance', width: '84px', align: 'end', wide: true, sort: 'distance', cell: (row) => distance(row.distance) },
  { title: 'Objects', width: '88px', align: 'end', sort: 'count', cell: (row) => count(row.count) },
  { title: 'Own size', width: '92px', align: 'end', wide: true, sort: 'selfSize', cell: (row) => bytes(row.selfSize) },
  { title: 'Retained', width: '92px', align: 'end', sort: 'retainedSize', cell: (row) => bytes(row.retainedSize) },
];

/** The summary by class; a class opens its objects below. */
export function Classes({ base }: { base: string }) {
  const { query: where } = route.value;
  const sort = sortOf(where, 'retainedSize');
  const filter = where.get('filter') ?? '';
  const chosen = where.get('class');
  const list = usePaged<IndexedClass>(`${base}/classes${query({ sort: sort.by, order: sort.order, filter })}`);
  return (
    <>
      <div class="tools">
        <Filter label="Filter classes" value={filter} onChange={(text) => refine({ filter: text })} />
      </div>
      <Table
        label="Classes"
        columns={COLUMNS}
        list={list}
        sort={sort}
        onSort={({ by, order }) => refine({ sort: by, order })}
        onOpen={({ index, name }) => refine({ class: index, name })}
        selected={({ index }) => String(index) === chosen}
        empty="No class of that name."
        rows={chosen === null ? 22 : 11}
      />
      {chosen !== null && <Objects key={chosen} path={`${base}/classes/${encodeURIComponent(chosen)}/nodes`} name={where.get('name') ?? ''} />}
    </>
  );
}

function Objects({ path, name }: { path: string; name: string }) {
  const { query: where } = route.value;
  const sort = { by: where.get('by') ?? 'retainedSize', order: where.get('direction') === 'asc' ? ('asc' as const) : ('desc' as const) };
  const list = usePaged<NodeRow>(`${path}${query({ sort: sort.by, order: sort.order })}`);
  return (
    <section aria-label={`Objects of class ${name}`}>
      <h2>
        Objects of <code>{name || '(no name)'}</code>
      </h2>
      <Table
        label={`Objects of class ${name}`}
        columns={OBJECT_COLUMNS}
        list={list}
        sort={sort}
        onSort={({ by, order }) => refine({ by, direction: order })}
        onOpen={({ index }) => refine({ node: index })}
        selected={isOpen}
        rows={10}
      />
    </section>
  );
}
