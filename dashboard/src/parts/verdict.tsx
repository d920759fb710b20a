// The verdict in one sentence.

import type { Diagnosis, MonitorState } from '../api/types';
import { bytes, duration } from '../format';
import { Prose } from './text';

const WORDS: Record<string, string> = {
  leak: 'Leak',
  healthy: 'Healthy',
  backlog: 'Backlog',
  inconclusive: 'No clear answer',
  'warming-up': 'Warming up',
  flat: 'Flat',
  growing: 'Growing',
  leaking: 'Leaking',
  draining: 'Draining',
};

export function verdictWord(verdict: string): string {
  return WORDS[verdict] ?? verdict;
}

export function Badge({ verdict }: { verdict: string }) {
  return <span class={`badge verdict-${verdict}`}>{verdictWord(verdict)}</span>;
}

/** Verdicts that have nothing to add to what was found sooner. */
const QUIET = new Set(['warming-up', 'flat']);

const AREAS: Record<string, string> = {
  'js-heap': 'the JavaScript heap',
  external: 'Buffers and other external memory',
  native: 'native memory outside V8',
  fragmentation: 'fragmented pages',
};

/** What the monitor sees in the memory figures alone, in words. */
export function trendText(monitor: MonitorState): string {
  const { verdict, area, bytesPerHour, timeLeftMs } = monitor;
  if (monitor.failed !== null) return `The monitor has stopped: ${monitor.failed}`;
  if (verdict === 'warming-up') return 'Too early to tell from the memory figures.';
  if (verdict === 'flat') return 'After collections, memory stays where it is.';
  if (verdict === 'draining') return 'Memory grew under load and is going down again.';
  const where = area === null ? 'Memory' : `${AREAS[area] ?? area}`;
  const left = timeLeftMs === null ? '' : `; at this rate it meets the limit in ${duration(timeLeftMs)}`;
  return `${where[0]?.toUpperCase()}${where.slice(1)} grows by ${bytes(bytesPerHour)} per hour${left}.`;
}

/** `looking`: captures are being taken, so nobody need be told to take some. */
export function VerdictLine({ diagnosis, monitor, unconfirmed, looking }: { diagnosis: Diagnosis | null; monitor: MonitorState | null; unconfirmed: boolean; looking: boolean }) {
  const verdict = unconfirmed ? 'growing' : (diagnosis?.verdict ?? monitor?.verdict ?? null);
  return (
    <section class={`verdict verdict-${verdict ?? 'none'}`} aria-labelledby="verdict-title">
      <h1 id="verdict-title">
        <span class="verdict-word">{verdict === null ? 'Nothing known yet' : verdictWord(verdict)}</span>{' '}
        {diagnosis !== null && (
          <span class="verdict-reason">
            <Prose text={diagnosis.reason} />
          </span>
        )}
      </h1>
      {diagnosis?.advice !== undefined && !(looking && diagnosis.verdict === 'inconclusive') && (
        <p>
          <Prose text={diagnosis.advice} />
        </p>
      )}
      {unconfirmed && <p>A cache that fills looks the same at first. If it goes on, it is a leak.</p>}
      {monitor !== null && !(unconfirmed && QUIET.has(monitor.verdict)) && <p class="muted">{trendText(monitor)}</p>}
    </section>
  );
}
