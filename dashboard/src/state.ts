// What the page knows of the server, kept current: in live mode by its event stream, else by asking once.

import { batch, computed, effect, signal } from '@preact/signals';
import { type ApiError, get } from './api/client';
import { asApiError } from './api/resource';
import type { Capturing, Diagnosis, ExploreFile, Finding, KeptSnapshot, Mark, Report, Sample, Stats } from './api/types';

/** As many as the server keeps. */
const SAMPLES = 2000;
const STATS_MS = 5000;
const RETRY_MS = 2000;

export const stats = signal<Stats | null>(null);
export const samples = signal<Sample[]>([]);
export const marks = signal<Mark[]>([]);
export const report = signal<Report | null>(null);
export const reportError = signal<ApiError | null>(null);
export const snapshots = signal<KeptSnapshot[]>([]);
export const capturing = signal<Capturing | null>(null);
/** Why nothing is known, or why it may be stale. */
export const connection = signal<{ state: 'connecting' | 'live' | 'still' } | { state: 'gone'; error: ApiError }>({ state: 'connecting' });
/** How long the app's event loop has stood still, while the server still answers. */
export const blockedMs = signal(0);

export const capabilities = computed(() => stats.value?.capabilities ?? { live: false, capture: false, explore: false, upload: false });
/** What the captures say; where they name no leak, what the guard has found by itself. */
export const diagnosis = computed(() => {
  const { diagnosis: latest = null, finding = null } = report.value ?? {};
  return latest?.verdict === 'leak' ? latest : (finding?.diagnosis ?? latest);
});
/** Found by the guard, and not certain yet: a cache that fills looks the same. */
export const unconfirmed = computed(() => {
  const finding = report.value?.finding ?? null;
  return finding !== null && !finding.confirmed && diagnosis.value !== null && diagnosis.value === finding.diagnosis;
});
/** The snapshots that can be looked into, oldest first. */
export const explorable = computed(() =>
  capabilities.value.explore ? snapshots.value.filter(({ state }) => state !== 'capturing' && state !== 'failed').toReversed() : [],
);

export async function start(): Promise<void> {
  try {
    const known = await get<Stats>('stats');
    batch(() => {
      stats.value = known;
      capturing.value = known.capturing ?? null;
      connection.value = { state: known.capabilities.live ? 'live' : 'still' };
    });
    await Promise.all([refreshSnapshots(), known.capabilities.live ? refreshHistory() : undefined]);
    await refreshReport();
    if (known.capabilities.live) listen();
  } catch (error) {
    connection.value = { state: 'gone', error: asApiError(error) };
    setTimeout(() => void start(), RETRY_MS);
  }
}

export async function refreshReport(): Promise<void> {
  try {
    report.value = await latestReport();
    reportError.value = null;
  } catch (error) {
    reportError.value = asApiError(error);
  }
}

/** Of the process or of the hunt; for bare files, the diagnosis of the series they are. */
async function latestReport(): Promise<Report> {
  const known = await get<Report>('report').catch((error: unknown) => {
    if (asApiError(error).absent) return null;
    throw error;
  });
  if (known !== null && (known.diagnosis !== null || stats.value?.capabilities.live === true)) return known;
  return { diagnosis: await diagnosisOfFiles(), finding: null };
}

/** A file that cannot be read says so in the list of files; the others are compared without it. */
async function diagnosisOfFiles(): Promise<Diagnosis | null> {
  const ids = explorable.value.map(({ id }) => id);
  if (ids.length < 2) return null;
  try {
    return await get(`explore/diagnosis?ids=${ids.map(encodeURIComponent).join(',')}`);
  } catch (error) {
    await refreshSnapshots();
    if (explorable.value.length === ids.length) throw error;
    return diagnosisOfFiles();
  }
}

export async function refreshSnapshots(): Promise<void> {
  if (stats.value?.capabilities.live === false) {
    const { files } = await get<{ files: ExploreFile[] }>('explore/files');
    // Oldest first on the command line; newest first in a list of captures.
    snapshots.value = files.map(({ name, ...file }) => ({ ...file, label: name })).toReversed();
  } else {
    snapshots.value = (await get<{ snapshots: KeptSnapshot[] }>('snapshots')).snapshots;
  }
}

async function refreshHistory(): Promise<void> {
  const history = await get<{ samples: Sample[]; marks: Mark[] }>('history');
  batch(() => {
    samples.value = history.samples;
    marks.value = history.marks;
  });
}

function listen(): void {
  const events = new EventSource('events');
  const on = <T>(name: string, handle: (data: T) => void): void =>
    events.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data) as T));

  on<Sample>('sample', (sample) => {
    samples.value = [...samples.value.slice(-SAMPLES + 1), sample];
    blockedMs.value = 0;
  });
  on<Capturing>('capture', (progress) => {
    const failed = progress.phase === 'failed';
    capturing.value = failed ? null : progress;
    if (failed) void refreshSnapshots().catch(lost);
  });
  on('snapshot', () => {
    capturing.value = null;
    void Promise.all([refreshSnapshots(), refreshReport(), refreshHistory()]).catch(lost);
  });
  for (const name of ['growth', 'leak']) {
    on<Finding>(name, () => void Promise.all([refreshReport(), refreshHistory()]).catch(lost));
  }
  on<{ blockedMs?: number }>('health', (health) => {
    blockedMs.value = health.blockedMs ?? 0;
  });
  events.addEventListener('error', () => {
    events.close();
    lost(null);
  });
  const timer = setInterval(() => void refreshStats(), STATS_MS);
  // One stream at a time: the next one starts from scratch, by start().
  const dispose = effect(() => {
    if (connection.value.state !== 'gone') return;
    clearInterval(timer);
    events.close();
    queueMicrotask(() => dispose());
  });
}

async function refreshStats(): Promise<void> {
  try {
    const known = await get<Stats>('stats');
    stats.value = known;
    capturing.value = known.capturing ?? null;
    blockedMs.value = known.eventLoop?.blockedMs ?? 0;
  } catch (error) {
    lost(error);
  }
}

function lost(error: unknown): void {
  if (connection.value.state === 'gone') return;
  connection.value = { state: 'gone', error: asApiError(error ?? new Error('The stream of events has ended.')) };
  setTimeout(() => void start(), RETRY_MS);
}
