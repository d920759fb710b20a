import { query } from '../../api/client';
import { usePaged } from '../../api/paged';
import type { NodeRow } from '../../api/types';
import { isOpen, OBJECT_COLUMNS } from '../../parts/columns';
import { Filter } from '../../parts/filter';
import { Empty } from '../../parts/status';
import { Table } from '../../parts/table';
import { refine, route } from '../../route';

const KINDS = { name: 'Class or name', string: 'Text of strings', id: 'Object id' };

export function Search({ base }: { base: string }) {
  const { query: where } = route.value;
  const text = where.get('q') ?? '';
  const kind = where.get('kind') ?? 'name';
  return (
    <>
      <div class="tools">
        <Filter label="Search this snapshot" value={text} onChange={(q) => refine({ q })} />
        <div class="choices" role="group" aria-label="Search in">
          {Object.entries(KINDS).map(([value, title]) => (
            <button key={value} type="button" aria-pressed={kind === value} onClick={() => refine({ kind: value })}>
              {title}
            </button>
          ))}
        </div>
      </div>
      {text === '' ? <Empty title="Search for a class, a string or an @id">Objects with the most retained bytes come first.</Empty> : <Found base={base} text={text} kind={kind} />}
    </>
  );
}

function Found({ base, text, kind }: { base: string; text: string; kind: string }) {
  const list = usePaged<NodeRow>(`${base}/search${query({ q: kind === 'id' ? text.replace(/^@/, '') : text, kind })}`);
  const columns = OBJECT_COLUMNS.map(({ sort: _, ...column }) => column);
  return <Table label="Objects found" columns={columns} list={list} onOpen={({ index }) => refine({ node: index })} selected={isOpen} empty="Nothing found." rows={22} />;
}
