// Is there a leak, what is it, and how does memory behave.

import { RoundChart } from '../charts/rounds';
import { type Series, TimeChart, type TimeMark } from '../charts/time';
import type { Diagnosis, Round, Stats } from '../api/types';
import { bytes, count, duration, moment, percent, rate } from '../format';
import { Look, underWay } from '../parts/look';
import { Empty, Failure, Loading } from '../parts/status';
import { SuspectCard } from '../parts/suspect-card';
import { Figure, Prose } from '../parts/text';
import { VerdictLine } from '../parts/verdict';
import { href } from '../route';
import { capabilities, diagnosis, marks, report, reportError, samples, snapshots, stats, unconfirmed } from '../state';
import { Upload } from './upload';

export function Overview() {
  const known = diagnosis.value;
  const { live, upload } = capabilities.value;
  return (
    <>
      {report.value === null && reportError.value === null ? (
        <Loading what={live ? 'Asking for the report' : 'Comparing the snapshots'} />
      ) : reportError.value !== null ? (
        <Failure error={reportError.value} />
      ) : (
        <VerdictLine diagnosis={known} monitor={stats.value?.monitor ?? null} unconfirmed={unconfirmed.value} looking={underWay.value !== null} />
      )}
      <Look />
      {known !== null && known.suspects.length > 0 && (
        <section aria-labelledby="suspects-title">
          <h2 id="suspects-title">
            {known.verdict === 'inconclusive' ? 'What may grow' : 'What grows'}
            {known.suspects.length > shown(known) && <small class="muted">the first {shown(known)} of {known.suspects.length}: too early to tell the others from warm-up</small>}
          </h2>
          <div class="cards">
            {known.suspects.slice(0, shown(known)).map((suspect) => (
              <SuspectCard key={suspect.fingerprint} suspect={suspect} unit={known.unit} />
            ))}
          </div>
        </section>
      )}
      {stats.value?.memory !== undefined && <Figures stats={stats.value} />}
      {live && <History />}
      {known !== null && known.rounds.length > 1 && <Rounds diagnosis={known} />}
      {!live && <Files />}
      {upload && <Upload />}
    </>
  );
}

/** How many suspects are worth a card: without a verdict, most of them are noise. */
function shown({ verdict, suspects }: Diagnosis): number {
  return verdict === 'inconclusive' ? Math.min(2, suspects.length) : suspects.length;
}

function Figures({ stats: { memory, gc, eventLoop, process } }: { stats: Stats }) {
  if (memory === undefined) return null;
  const uptime = process === null ? null : Date.now() - Date.parse(process.startedAt);
  const collecting = gc === undefined ? null : gc.major.ms + gc.minor.ms;
  return (
    <dl class="figures">
      <Figure label="Heap in use" value={bytes(memory.heapUsed)} note={`${percent(memory.heapUsed / memory.heapLimit)} of the limit, ${bytes(memory.heapLimit)}`} />
      <Figure label="RSS" value={bytes(memory.rss)} />
      <Figure label="External" value={bytes(memory.external)} note={`${bytes(memory.arrayBuffers)} in Buffers`} />
      {gc !== undefined && collecting !== null && (
        <Figure label="Garbage collection" value={uptime === null ? duration(collecting) : `${percent(collecting / uptime)} of the time`} note={`${count(gc.major.count)} major, ${count(gc.minor.count)} minor`} />
      )}
      {eventLoop !== undefined && (
        <Figure label="Event-loop delay, median" value={duration(eventLoop.delayMs.p50)} note={delays(eventLoop.delayMs)} tone={eventLoop.blockedMs > 0 ? 'warn' : undefined} />
      )}
      {uptime !== null && <Figure label="Up for" value={duration(uptime)} />}
    </dl>
  );
}

/** Asked once a second: in the first minutes the 99th percentile is the worst. */
function delays({ p99, max }: { p99: number; max: number }): string {
  return p99 === max ? `worst ${duration(max)}` : `p99 ${duration(p99)}, worst ${duration(max)}`;
}

const MARK_COLOURS: Record<string, string> = { capture: 's-capture', growth: 's-growth', leak: 's-leak', start: 'muted' };

function History() {
  const all = samples.value;
  if (all.length < 2) return <Loading what="Waiting for the first samples" />;
  const at = all.map((sample) => sample.at);
  const limit = all.at(-1)?.heapLimit ?? 0;
  const heap: Series[] = [
    { label: 'in use', colour: 's-heap', values: all.map(({ heapUsed }) => heapUsed), width: 1, fill: true },
    { label: 'floor after full collections', colour: 's-floor', values: all.map(({ floor }) => floor), width: 2.5, stepped: true },
  ];
  // A limit far above would press everything else onto the axis; the figures above have it.
  if (limit < Math.max(...all.map(({ heapUsed }) => heapUsed)) * 2.5) {
    heap.push({ label: 'limit', colour: 's-limit', values: all.map(({ heapLimit }) => heapLimit), dash: [6, 4] });
  }
  const flags: TimeMark[] = marks.value.map(({ at: when, kind, label }) => ({ at: when, label, colour: MARK_COLOURS[kind] ?? 'muted' }));
  const latest = all.at(-1);
  return (
    <>
      <section aria-labelledby="memory-title">
        <h2 id="memory-title">
          JavaScript heap <small class="muted">limit {bytes(limit)} · drag to zoom, double-click to reset</small>
        </h2>
        <TimeChart
          label={`Memory over time: heap in use ${bytes(latest?.heapUsed ?? 0)}, RSS ${bytes(latest?.rss ?? 0)}`}
          at={at}
          series={heap}
          marks={flags}
          show={bytes}
          height={220}
          sync="history"
        />
        <Marks />
      </section>
      <section aria-labelledby="process-title">
        <h2 id="process-title">Whole process</h2>
        <TimeChart
          label="RSS and external memory over time"
          at={at}
          series={[
            { label: 'RSS', colour: 's-rss', values: all.map(({ rss }) => rss) },
            { label: 'external', colour: 's-external', values: all.map(({ external }) => external) },
          ]}
          show={bytes}
          height={110}
          sync="history"
        />
      </section>
      <section aria-labelledby="pauses-title">
        <h2 id="pauses-title">Pauses</h2>
        <TimeChart
          label="Time in garbage collection and event-loop delay, over time"
          at={at}
          series={[
            { label: 'in collections', colour: 's-heap', values: all.map(({ gcMs }) => gcMs), fill: true },
            { label: 'event-loop delay', colour: 's-external', values: all.map(({ loopDelayMs }) => loopDelayMs) },
          ]}
          show={(value) => (value === 0 ? '0' : duration(value))}
          height={100}
          sync="history"
        />
      </section>
    </>
  );
}

function Marks() {
  const latest = marks.value.slice(-8).toReversed();
  if (latest.length === 0) return null;
  return (
    <ul class="marks" aria-label="Events">
      {latest.map(({ at, kind, label, id }) => (
        <li key={`${at}${kind}`} class={`mark ${kind}`}>
          <time dateTime={new Date(at).toISOString()}>{moment(at)}</time>{' '}
          {id !== undefined && capabilities.value.explore && snapshots.value.some((one) => one.id === id) ? <a href={href(['snapshots', id])}>{label || id}</a> : <Prose text={label || kind} />}
        </li>
      ))}
    </ul>
  );
}

/** What is on the axis of rounds. */
export function ticks(diagnosis: Diagnosis): string[] {
  return diagnosis.rounds.map((round, i) => tick(round, i, diagnosis.unit));
}

function tick(round: Round, i: number, unit: Diagnosis['unit']): string {
  if (round.coolDown === true) return 'cool-down';
  if (unit === 'snapshot') return `#${i + 1}`;
  return i === 0 ? 'baseline' : `+${count(round.iterations)}`;
}

function Rounds({ diagnosis: { rounds, growth, unit, ...rest } }: { diagnosis: Diagnosis }) {
  const pick = (key: 'programBytes' | 'heapUsed' | 'external') => rounds.map((round) => round[key] ?? null);
  const series = [
    { label: 'made by the program', tone: 's-floor', values: pick('programBytes') },
    { label: 'heap in use', tone: 's-heap', values: pick('heapUsed') },
    { label: 'external', tone: 's-external', values: pick('external') },
  ].filter(({ values }) => values.some((value) => value !== null));
  return (
    <section aria-labelledby="rounds-title">
      <h2 id="rounds-title">
        Over {rounds.length} captures{' '}
        <small class="muted">
          {growth.bytesPerIteration > 0 ? '+' : ''}
          {bytes(growth.bytesPerIteration)} per {unit}, r² {rate(growth.r2)}
        </small>
      </h2>
      <RoundChart
        label={`What the program holds after each capture; it grows by ${bytes(growth.bytesPerIteration)} per ${unit}`}
        ticks={ticks({ rounds, growth, unit, ...rest })}
        series={series}
        show={bytes}
        coolDown={rounds.findIndex(({ coolDown }) => coolDown === true)}
      />
    </section>
  );
}

function Files() {
  const files = snapshots.value.toReversed();
  if (files.length === 0) {
    return <Empty title="No snapshot yet">Drop heap snapshots here, oldest first; two or more show what grows.</Empty>;
  }
  return (
    <section aria-labelledby="files-title">
      <h2 id="files-title">Snapshots</h2>
      <ul class="files">
        {files.map(({ id, label, bytes: size, state, error }, i) => (
          <li key={id}>
            <a href={href(['snapshots', id])}>{label ?? id}</a>
            <span class="muted">
              {bytes(size)}
              {state === 'failed' && ` · cannot be read: ${error?.message ?? ''}`}
            </span>
            {i > 0 && (
              <a class="muted inline" href={href(['compare', files[i - 1]?.id ?? '', id])}>
                compare with the one before
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
