// One leak, told so that it can be mended: what grows, how surely, who keeps it, where it is made, what to do.

import { RoundChart } from '../charts/rounds';
import { usePaged, WholeList } from '../api/paged';
import { query } from '../api/client';
import { useResource } from '../api/resource';
import type { Diagnosis, NodeDetail, NodeRow, Page, Suspect } from '../api/types';
import { bytes, count, percent, place, rate } from '../format';
import { NodeName } from '../parts/node';
import { Source } from '../parts/source';
import { Empty, Loading, Show } from '../parts/status';
import { Table } from '../parts/table';
import { Figure, Prose } from '../parts/text';
import { Trace } from '../parts/trace';
import { Tree } from '../parts/tree';
import { go, href } from '../route';
import { diagnosis, explorable, report } from '../state';
import { ticks } from './overview';

export function SuspectView({ fingerprint }: { fingerprint: string }) {
  const known = diagnosis.value;
  if (report.value === null) return <Loading what="Asking for the report" />;
  const suspect = known?.suspects.find((one) => one.fingerprint === fingerprint);
  if (known === null || suspect === undefined) {
    return (
      <Empty title="This suspect is not in the latest report">
        It may have drained, or a later capture has told it apart. <a class="inline" href={href(['overview'])}>What grows now</a>
      </Empty>
    );
  }
  return <Story diagnosis={known} suspect={suspect} />;
}

function Story({ diagnosis: known, suspect }: { diagnosis: Diagnosis; suspect: Suspect }) {
  const { unit } = known;
  const { growsAt, definedAt, allocatedAt, evidence, classes, alsoHeldBy } = suspect;
  const inPlace = evidence.inPlace || evidence.counts.every((value) => value === null);
  return (
    <article class="suspect">
      <header>
        <p class="crumbs">
          <a class="inline" href={href(['overview'])}>
            Overview
          </a>{' '}
          / suspect {suspect.rank} of {known.suspects.length}
        </p>
        <h1>
          <Prose text={suspect.sentence} />
        </h1>
        <p class="fix">
          <strong>To fix it:</strong> <Prose text={suspect.hint} />
        </p>
        <dl class="figures">
          {!inPlace && <Figure label={`Objects per ${unit}`} value={`+${rate(suspect.countPerIteration)}`} />}
          <Figure label={`Bytes per ${unit}`} value={bytes(suspect.bytesPerIteration)} />
          <Figure label="Held in the last capture" value={bytes(suspect.retainedBytes)} />
          <Figure label="Evidence" value={evidence.strength} note={`straight line to r² ${rate(evidence.r2)}`} />
          {evidence.drained !== undefined && <Figure label="Gone after the load" value={percent(evidence.drained)} />}
          <Figure label="Kind" value={suspect.category.replaceAll('-', ' ')} />
        </dl>
      </header>
      <div class="columns">
        <div>
          <section aria-labelledby="path-title">
            <h2 id="path-title">
              Who keeps it <small class="muted">from the GC root down</small>
            </h2>
            <Trace path={suspect.path} growsAt={growsAt} />
            {alsoHeldBy !== undefined && alsoHeldBy.length > 0 && (
              <p class="muted">
                Also held by <Prose text={alsoHeldBy.join(', ')} />. It stays until all of them let go.
              </p>
            )}
          </section>
          <section aria-labelledby="growth-title">
            <h2 id="growth-title">{inPlace ? 'Bytes' : 'Objects'} in each capture</h2>
            <RoundChart
              label={`${suspect.className} in each capture: ${(inPlace ? evidence.bytes : evidence.counts).map((value) => value ?? 'unknown').join(', ')}`}
              ticks={ticks(known).slice(-evidence.counts.length)}
              series={[{ label: suspect.className, tone: 's-floor', values: inPlace ? evidence.bytes : evidence.counts }]}
              show={inPlace ? bytes : count}
              coolDown={known.rounds.findIndex(({ coolDown }) => coolDown === true)}
              fit
            />
          </section>
        </div>
        <div>
          <section aria-labelledby="source-title">
            <h2 id="source-title">In the source</h2>
            {growsAt.place !== undefined && (growsAt.place.line !== undefined || definedAt === undefined) && <Source at={growsAt.place} title={growsAt.name === undefined ? 'It grows in' : `${growsAt.name} is in`} />}
            {definedAt !== undefined && <Source at={definedAt} title={`${suspect.className} is made in`} />}
            {growsAt.place === undefined && definedAt === undefined && <p class="muted">V8 does not say where this is defined.</p>}
          </section>
          {allocatedAt !== undefined && (
            <section aria-labelledby="allocated-title">
              <h2 id="allocated-title">Where it is allocated</h2>
              <ol class="stack">
                {allocatedAt.stack.map((frame, i) => (
                  <li key={i}>
                    <code>{frame.functionName === '' ? 'anonymous' : frame.functionName}</code> <code class="muted">{place(frame.place)}</code>
                  </li>
                ))}
              </ol>
              <Source at={allocatedAt.place} title={`About ${bytes(allocatedAt.bytesPerIteration)} per ${unit} in`} />
            </section>
          )}
        </div>
      </div>
      {classes.length > 1 && (
        <section aria-labelledby="classes-title">
          <h2 id="classes-title">Everything that piles up here</h2>
          <Table
            label="Classes that pile up"
            rows={Math.min(8, classes.length)}
            list={new WholeList(classes)}
            columns={[
              { title: 'Class', width: 'minmax(140px, 1fr)', cell: ({ className }) => <code>{className}</code> },
              { title: `Objects per ${unit}`, width: '150px', align: 'end', wide: true, cell: (row) => rate(row.countPerIteration) },
              { title: `Bytes per ${unit}`, width: '150px', align: 'end', cell: (row) => bytes(row.bytesPerIteration) },
            ]}
          />
        </section>
      )}
      <Sample suspect={suspect} />
    </article>
  );
}

/** Some of the objects that piled up, from the latest snapshot that can be looked into. */
function Sample({ suspect }: { suspect: Suspect }) {
  const latest = explorable.value.at(-1);
  if (latest === undefined) return null;
  return (
    <section aria-labelledby="sample-title">
      <h2 id="sample-title">
        Some of these objects <small class="muted">in {latest.label || latest.id}</small>
      </h2>
      <SampleRows snapshot={latest.id} suspect={suspect} />
    </section>
  );
}

function SampleRows({ snapshot, suspect }: { snapshot: string; suspect: Suspect }) {
  const base = `explore/${encodeURIComponent(snapshot)}`;
  const classes = useResource<Page<{ index: number; name: string; key: string }>>(
    `${base}/classes${query({ filter: suspect.className, sort: 'count', order: 'desc', limit: 20 })}`,
  );
  return (
    <Show of={classes} what="Opening the snapshot">
      {({ rows }) => {
        const found = rows.find(({ name }) => name === suspect.className);
        if (found === undefined) return <Children snapshot={snapshot} suspect={suspect} />;
        return <Objects path={`${base}/classes/${found.index}/nodes?sort=id&order=desc`} snapshot={snapshot} />;
      }}
    </Show>
  );
}

/** Closures and the like are no class of their own: then what the growth point refers to. */
function Children({ snapshot, suspect: { growsAt } }: { snapshot: string; suspect: Suspect }) {
  const base = `explore/${encodeURIComponent(snapshot)}/nodes`;
  const point = useResource<NodeDetail>(`${base}${query({ nodeId: growsAt.id })}`);
  const none = <p class="muted">They are not in that snapshot.</p>;
  return (
    <Show of={point} what="Looking for the growth point">
      {({ index, className }) =>
        className === growsAt.className ? (
          <Tree label="What the growth point refers to" root={index} branches={(of) => `${base}/${of}/children`} onOpen={(node) => go(href(['snapshots', snapshot, 'classes'], { node: node.index }))} />
        ) : (
          none
        )
      }
    </Show>
  );
}

function Objects({ path, snapshot }: { path: string; snapshot: string }) {
  const list = usePaged<NodeRow>(path);
  return (
    <Table
      label="Sample of leaked objects"
      rows={8}
      list={list}
      onOpen={({ index }) => go(href(['snapshots', snapshot, 'classes'], { node: index }))}
      columns={[
        { title: 'Object and fields', width: 'minmax(200px, 1fr)', cell: (row) => <NodeName node={row} /> },
        { title: 'Retained', width: '90px', align: 'end', cell: (row) => bytes(row.retainedSize) },
        { title: 'Distance', width: '80px', align: 'end', wide: true, cell: (row) => count(row.distance) },
      ]}
    />
  );
}
