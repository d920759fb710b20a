// What changed between two snapshots: classes with new and vanished objects, as DevTools compares; and objects that
// are in both and grew, which DevTools cannot show.

import { query } from '../api/client';
import { type List, usePaged, WholeList } from '../api/paged';
import { useResource } from '../api/resource';
import type { ClassDelta, GrownNode, KeptSnapshot, NodeRow } from '../api/types';
import { bytes, count, delta, moment } from '../format';
import { DISTANCE, isOpen, OBJECT, RETAINED } from '../parts/columns';
import { Filter } from '../parts/filter';
import { Inspector } from '../parts/inspector';
import { ClassName } from '../parts/node';
import { Empty, Show } from '../parts/status';
import { type Column, type Sort, Table } from '../parts/table';
import { Tabs } from '../parts/tabs';
import { go, href, refine, route } from '../route';
import { capabilities, snapshots } from '../state';

export function CompareView({ base, head }: { base: string | undefined; head: string | undefined }) {
  const kept = snapshots.value.filter(({ state }) => state !== 'capturing' && state !== 'failed').toReversed();
  if (kept.length < 2) {
    return (
      <Empty title="Two snapshots are needed">
        {capabilities.value.capture ? <a href={href(['captures'])}>Take captures</a> : 'Add another one on the overview.'}
      </Empty>
    );
  }
  const [from, to] = [base ?? kept[0]?.id ?? '', head ?? kept.at(-1)?.id ?? ''];
  return (
    <>
      <header class="view-head">
        <h1>Compare</h1>
        <Choice label="before" value={from} ids={kept} onChange={(id) => go(href(['compare', id, to]))} />
        <span aria-hidden="true">→</span>
        <Choice label="after" value={to} ids={kept} onChange={(id) => go(href(['compare', from, id]))} />
        <button type="button" onClick={() => go(href(['compare', to, from]))}>
          Swap
        </button>
      </header>
      {from === to ? (
        <Empty title="These are the same snapshot">Choose another one above.</Empty>
      ) : capabilities.value.explore ? (
        <Explored key={`${from} ${to}`} base={from} head={to} />
      ) : (
        <Plain base={from} head={to} />
      )}
    </>
  );
}

function Choice({ label, value, ids, onChange }: { label: string; value: string; ids: KeptSnapshot[]; onChange: (id: string) => void }) {
  return (
    <label class="choice">
      <span class="muted">{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {!ids.some(({ id }) => id === value) && <option value={value}>{value}</option>}
        {ids.map(({ id, label: name, at }) => (
          <option key={id} value={id}>
            {name ? `${name} (${at === undefined ? id : moment(at)})` : id}
          </option>
        ))}
      </select>
    </label>
  );
}

const COLUMNS: Column<ClassDelta>[] = [
  { title: 'Class', width: 'minmax(120px, 1fr)', sort: 'name', cell: ({ name }) => <ClassName name={name} /> },
  { title: 'New', width: '84px', align: 'end', wide: true, cell: (row) => count(row.addedCount) },
  { title: 'Gone', width: '84px', align: 'end', wide: true, cell: (row) => count(row.removedCount) },
  { title: 'Δ count', width: '84px', align: 'end', sort: 'countDelta', cell: (row) => <Signed value={row.countDelta} show={count} /> },
  { title: 'New bytes', width: '96px', align: 'end', wide: true, sort: 'addedSize', cell: (row) => bytes(row.addedSize) },
  { title: 'Freed', width: '92px', align: 'end', wide: true, sort: 'removedSize', cell: (row) => bytes(row.removedSize) },
  { title: 'Δ size', width: '96px', align: 'end', sort: 'absoluteDelta', cell: (row) => <Signed value={row.sizeDelta} show={bytes} /> },
];

function Signed({ value, show }: { value: number; show: (value: number) => string }) {
  return <span class={value > 0 ? 'more-of' : value < 0 ? 'less-of' : 'muted'}>{delta(value, show)}</span>;
}

function Explored({ base, head }: { base: string; head: string }) {
  const { query: where } = route.value;
  const tab = where.get('tab') ?? 'classes';
  const [key, node] = [where.get('key'), where.get('node')];
  return (
    <>
      <Tabs
        label="Kinds of change"
        current={tab}
        tabs={[
          { key: 'classes', title: 'New and gone objects', href: href(['compare', base, head]) },
          { key: 'growth', title: 'Objects that grew', href: href(['compare', base, head], { tab: 'growth' }) },
        ]}
      />
      <div class={node === null && key === null ? '' : 'split'}>
        <div>
          {tab === 'growth' ? <Growth base={base} head={head} /> : <Classes base={base} head={head} />}
        </div>
        {node !== null ? (
          // What vanished is in the first of the two.
          <Inspector snapshot={where.get('kind') === 'removed' ? base : head} index={Number(node)} />
        ) : (
          key !== null && <Objects key={key} base={base} head={head} classKey={key} />
        )}
      </div>
    </>
  );
}

function Classes({ base, head }: { base: string; head: string }) {
  const { query: where } = route.value;
  const sort = sortOf(where, 'absoluteDelta');
  const filter = where.get('filter') ?? '';
  const list = usePaged<ClassDelta>(`explore/compare${query({ base, head, sort: sort.by, order: sort.order, filter })}`);
  // The process that explores could not be started; the comparison itself needs none.
  if (list.error.value?.absent === true) return <Plain base={base} head={head} />;
  return (
    <>
      <div class="tools">
        <Filter label="Filter classes" value={filter} onChange={(text) => refine({ filter: text })} />
      </div>
      <Table
        label="Classes that changed"
        columns={COLUMNS}
        list={list}
        sort={sort}
        onSort={({ by, order }) => refine({ sort: by, order })}
        onOpen={({ key, addedCount }) => refine({ key, kind: addedCount > 0 ? 'added' : 'removed', node: null })}
        selected={({ key }) => key === where.get('key')}
        empty="No class has new or vanished objects."
        rows={22}
      />
    </>
  );
}

function Growth({ base, head }: { base: string; head: string }) {
  const list = usePaged<GrownNode>(`explore/compare/growth${query({ base, head })}`);
  const columns: Column<GrownNode>[] = [
    OBJECT,
    { title: 'Elements', width: '150px', align: 'end', wide: true, cell: ({ elements }) => (elements === null || elements[0] === elements[1] ? '–' : `${count(elements[0])} → ${count(elements[1])}`) },
    { title: 'Grew by', width: '96px', align: 'end', cell: ({ growth }) => <Signed value={growth} show={bytes} /> },
    RETAINED,
  ];
  return (
    <>
      <p class="muted table-head">
        These objects are in both snapshots and hold more in the second one. They are told by V8’s ids, which captures by fork do not keep: between
        those, the suspects on the overview are compared by the path that keeps them.
      </p>
      <Table
        label="Objects that grew in place"
        columns={columns}
        list={list}
        onOpen={({ index }) => refine({ node: index, kind: null })}
        selected={isOpen}
        empty="No object that is in both has grown."
        rows={22}
      />
    </>
  );
}

function Objects({ base, head, classKey }: { base: string; head: string; classKey: string }) {
  const kind = route.value.query.get('kind') ?? 'added';
  const list = usePaged<NodeRow>(`explore/compare/objects${query({ base, head, key: classKey, kind })}`);
  return (
    <aside class="inspector" aria-label="Objects of the class">
      <header>
        <h2>{classKey.split(',').slice(classKey.startsWith(',') ? 1 : 3).join(',') || '(no name)'}</h2>
        <button type="button" class="close" aria-label="Close the class" onClick={() => refine({ key: null, kind: null })}>
          ×
        </button>
      </header>
      <div class="choices" role="group" aria-label="Which objects">
        {[
          ['added', 'New'],
          ['removed', 'Gone'],
          ['grown', 'Grown'],
        ].map(([value, title]) => (
          <button key={value} type="button" aria-pressed={kind === value} onClick={() => refine({ kind: value })}>
            {title}
          </button>
        ))}
      </div>
      <Table
        label="Objects of the class"
        columns={[OBJECT, DISTANCE, RETAINED]}
        list={list}
        onOpen={({ index }) => refine({ node: index })}
        empty="None of this class."
        rows={18}
      />
    </aside>
  );
}

/** Without a backend for exploring, the comparison as the engine gives it, sorted here. */
function Plain({ base, head }: { base: string; head: string }) {
  const resource = useResource<{ classes: ClassDelta[] }>(`diff${query({ base, head })}`);
  const { query: where } = route.value;
  const sort = sortOf(where, 'absoluteDelta');
  const filter = where.get('filter') ?? '';
  return (
    <Show of={resource} what="Comparing">
      {({ classes }) => (
        <>
          <div class="tools">
            <Filter label="Filter classes" value={filter} onChange={(text) => refine({ filter: text })} />
          </div>
          <Table
            label="Classes that changed"
            columns={COLUMNS}
            list={sorted(classes, sort, filter)}
            sort={sort}
            onSort={({ by, order }) => refine({ sort: by, order })}
            rows={22}
          />
        </>
      )}
    </Show>
  );
}

function sorted(classes: ClassDelta[], { by, order }: Sort, filter: string): List<ClassDelta> {
  const sign = order === 'asc' ? 1 : -1;
  const figure = (row: ClassDelta): number => (by === 'absoluteDelta' ? Math.abs(row.sizeDelta) : row[by as 'sizeDelta']);
  const rows = classes.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
  return new WholeList(
    rows.toSorted((a, b) => sign * (by === 'name' ? a.name.localeCompare(b.name) : figure(a) - figure(b))),
  );
}

export function sortOf(where: URLSearchParams, by: string): Sort {
  return { by: where.get('sort') ?? by, order: where.get('order') === 'asc' ? 'asc' : 'desc' };
}

