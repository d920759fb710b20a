// Every process of this machine that has leakguard in it.

import { WholeList } from '../api/paged';
import { useResource } from '../api/resource';
import type { MachineProcess } from '../api/types';
import { bytes, moment, percent } from '../format';
import { Show } from '../parts/status';
import { type Column, Table } from '../parts/table';
import { Badge } from '../parts/verdict';

const COLUMNS: Column<MachineProcess>[] = [
  {
    title: 'Process',
    width: 'minmax(140px, 1fr)',
    cell: ({ app, title, pid, self, cluster }) => (
      <>
        {app ?? title ?? `pid ${pid}`} {cluster !== null && cluster !== undefined && <span class="tag">{cluster}</span>} {self && <span class="tag">this one</span>}
      </>
    ),
  },
  { title: 'Pid', width: '72px', align: 'end', wide: true, cell: ({ pid }) => pid },
  { title: 'Verdict', width: '100px', cell: ({ verdict }) => (verdict === null ? <span class="muted">–</span> : <Badge verdict={verdict} />) },
  { title: 'Heap', width: '120px', align: 'end', cell: ({ heapUsed, heapLimit }) => `${bytes(heapUsed)} · ${percent(heapUsed / (heapLimit || 1))}` },
  { title: 'RSS', width: '88px', align: 'end', wide: true, cell: ({ rss }) => bytes(rss) },
  { title: 'Since', width: '150px', align: 'end', wide: true, cell: ({ startedAt }) => moment(startedAt) },
  { title: 'Address', width: 'minmax(120px, 1fr)', wide: true, cell: ({ address }) => <Address address={address} /> },
];

function Address({ address }: { address: string | null }) {
  if (address === null) return <span class="muted">–</span>;
  return /^https?:\/\//.test(address) ? <a href={address}>{address}</a> : <code>{address}</code>;
}

export function Machine() {
  const machine = useResource<{ processes: MachineProcess[] }>('machine');
  return (
    <>
      <header class="view-head">
        <h1>Machine</h1>
        <p class="muted">Every process of this user that has leakguard in it. An address leads to its page.</p>
      </header>
      <Show of={machine} what="Looking for processes">
        {({ processes }) => <Table label="Processes" columns={COLUMNS} list={new WholeList(processes)} empty="No other process." rows={Math.max(6, processes.length)} />}
      </Show>
    </>
  );
}
