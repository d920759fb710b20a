import { query } from '../../api/client';
import { usePaged } from '../../api/paged';
import type { DuplicateString, NodeRow } from '../../api/types';
import { bytes, count } from '../../format';
import { isOpen, OBJECT_COLUMNS } from '../../parts/columns';
import { type Column, Table } from '../../parts/table';
import { refine, route } from '../../route';

const COLUMNS: Column<DuplicateString>[] = [
  { title: 'String', width: 'minmax(160px, 1fr)', cell: ({ value }) => <span class="preview string">{JSON.stringify(value)}</span> },
  { title: 'Length', width: '92px', align: 'end', wide: true, cell: (row) => count(row.length) },
  { title: 'Copies', width: '84px', align: 'end', cell: (row) => count(row.count) },
  { title: 'All of them', width: '96px', align: 'end', cell: (row) => bytes(row.selfSize) },
];

export function Strings({ base }: { base: string }) {
  const by = route.value.query.get('by') === 'size' ? 'size' : 'duplicates';
  return (
    <>
      <div class="tools">
        <div class="choices" role="group" aria-label="Which strings">
          <button type="button" aria-pressed={by === 'duplicates'} onClick={() => refine({ by: null })}>
            Duplicated
          </button>
          <button type="button" aria-pressed={by === 'size'} onClick={() => refine({ by: 'size' })}>
            Biggest
          </button>
        </div>
      </div>
      {by === 'duplicates' ? <Duplicates base={base} /> : <Biggest base={base} />}
    </>
  );
}

function Duplicates({ base }: { base: string }) {
  const list = usePaged<DuplicateString>(`${base}/strings${query({ by: 'duplicates' })}`);
  return <Table label="Duplicated strings" columns={COLUMNS} list={list} onOpen={({ index }) => refine({ node: index })} selected={isOpen} empty="No string is there twice." rows={22} />;
}

function Biggest({ base }: { base: string }) {
  const list = usePaged<NodeRow>(`${base}/strings${query({ by: 'size' })}`);
  return <Table label="Biggest strings" columns={OBJECT_COLUMNS.map(unsorted)} list={list} onOpen={({ index }) => refine({ node: index })} selected={isOpen} rows={22} />;
}

function unsorted({ sort: _, ...column }: Column<NodeRow>): Column<NodeRow> {
  return column;
}
