// One snapshot, looked at from several sides.

import { useResource } from '../../api/resource';
import type { SnapshotSummary } from '../../api/types';
import { bytes, count, duration } from '../../format';
import { Inspector } from '../../parts/inspector';
import { Empty, Show } from '../../parts/status';
import { Tabs } from '../../parts/tabs';
import { go, href, route } from '../../route';
import { capabilities, explorable } from '../../state';
import { Buffers } from './buffers';
import { Classes } from './classes';
import { Containment } from './containment';
import { Dominators } from './dominators';
import { Search } from './search';
import { Statistics } from './statistics';
import { Strings } from './strings';

const TABS = {
  classes: 'Classes',
  dominators: 'Dominators',
  containment: 'Containment',
  strings: 'Strings',
  buffers: 'Buffers',
  statistics: 'Statistics',
  search: 'Search',
};

type Tab = keyof typeof TABS;

export function SnapshotView({ id, tab = 'classes' }: { id: string | undefined; tab: string | undefined }) {
  const chosen = id ?? explorable.value.at(-1)?.id;
  if (!capabilities.value.explore) {
    return <Empty title="Not available here">This server cannot look into snapshots. Download one and open it with `leakguard view FILE`.</Empty>;
  }
  if (chosen === undefined) {
    return (
      <Empty title="No snapshot yet">
        {capabilities.value.capture ? <a href={href(['captures'])}>Take a capture</a> : <a href={href(['overview'])}>Add one on the overview</a>}
      </Empty>
    );
  }
  return <One key={chosen} id={chosen} tab={tab in TABS ? (tab as Tab) : 'classes'} />;
}

function One({ id, tab }: { id: string; tab: Tab }) {
  const summary = useResource<SnapshotSummary>(`explore/${encodeURIComponent(id)}/summary`);
  const node = route.value.query.get('node');
  return (
    <Show of={summary} what="Opening the snapshot">
      {(known) => (
        <>
          <header class="view-head">
            <h1>{explorable.value.length > 1 ? 'Snapshot' : known.name || id}</h1>
            {explorable.value.length > 1 && (
              <label class="choice">
                <select aria-label="Which snapshot" value={id} onChange={(event) => go(href(['snapshots', event.currentTarget.value, tab]))}>
                  {explorable.value.map((one) => (
                    <option key={one.id} value={one.id}>
                      {one.label || one.id}
                    </option>
                  ))}
                </select>
              </label>
            )}
            <p class="muted">
              {bytes(known.statistics.total)} in {count(known.nodeCount)} objects, {count(known.edgeCount)} references · file {bytes(known.bytes)} · opened in{' '}
              {duration(known.loadedMs)}
            </p>
          </header>
          <Tabs
            label="Sides of the snapshot"
            current={tab}
            tabs={Object.entries(TABS).map(([key, title]) => ({ key, title, href: href(['snapshots', id, key]) }))}
          />
          <div class={node === null ? '' : 'split'}>
            <div>
              <Side id={id} tab={tab} summary={known} />
            </div>
            {node !== null && <Inspector snapshot={id} index={Number(node)} />}
          </div>
        </>
      )}
    </Show>
  );
}

function Side({ id, tab, summary }: { id: string; tab: Tab; summary: SnapshotSummary }) {
  const base = `explore/${encodeURIComponent(id)}`;
  switch (tab) {
    case 'classes':
      return <Classes base={base} />;
    case 'dominators':
      return <Dominators base={base} />;
    case 'containment':
      return <Containment base={base} />;
    case 'strings':
      return <Strings base={base} />;
    case 'buffers':
      return <Buffers base={base} />;
    case 'statistics':
      return <Statistics statistics={summary.statistics} />;
    case 'search':
      return <Search base={base} />;
  }
}
