// Finding out what grows, when somebody does not want to wait until the guard does it by itself: captures with the
// program's work between them, and the comparison.

import { computed, signal } from '@preact/signals';
import { type ApiError, query, send } from '../api/client';
import { asApiError } from '../api/resource';
import { capabilities, capturing, diagnosis, refreshReport, refreshSnapshots, stats } from '../state';
import { Failure } from './status';

const CAPTURES = 3;
/** For the program to work between two captures. */
const SPACING_MS = 8000;

/** Captures taken so far; null while nobody looks. */
const taken = signal<number | null>(null);
const failure = signal<ApiError | null>(null);

/** Of the page's own captures, or of those that the guard takes by itself. */
export const underWay = computed(() => (taken.value === null ? (stats.value?.looking ?? null) : { taken: taken.value, of: CAPTURES }));

export function Look() {
  if (!capabilities.value.live) return null;
  const progress = underWay.value;
  if (progress !== null) {
    const { taken: done, of } = progress;
    // A capture under way counts half.
    return (
      <p class="looking" role="status">
        <progress aria-label="Finding out what grows" value={Math.min(done + 0.5, of)} max={of} />
        {done < of ? `Finding out what grows: capture ${done + 1} of ${of}. The program goes on.` : 'Comparing the captures.'}
      </p>
    );
  }
  if (failure.value !== null) return <Failure error={failure.value} />;
  if (!capabilities.value.capture || diagnosis.value?.verdict === 'leak') return null;
  return (
    <section class="look" aria-label="Find out what grows">
      <button type="button" class="primary" disabled={capturing.value !== null} onClick={() => void look()}>
        Find out what grows
      </button>
      <p class="muted">Takes {CAPTURES} captures while the program works, about half a minute. When memory grows steeply, this begins by itself.</p>
    </section>
  );
}

async function look(): Promise<void> {
  failure.value = null;
  try {
    for (let n = 0; n < CAPTURES; n++) {
      taken.value = n;
      if (n > 0) await pause(SPACING_MS);
      await send('POST', `snapshot${query({ label: `look ${n + 1}` })}`);
    }
    taken.value = CAPTURES;
    await Promise.all([refreshSnapshots(), refreshReport()]);
  } catch (error) {
    failure.value = asApiError(error);
  } finally {
    taken.value = null;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
