'use strict';

// require('leakguard/memwatch') in place of memwatch, memwatch-next and @airbnb/node-memwatch: see docs/drop-ins.md.

const { EventEmitter } = require('node:events');
const { PerformanceObserver, constants } = require('node:perf_hooks');
const v8 = require('node:v8');

const { gcFunction } = require('../gc.js');
const { BaseTrend } = require('./base-trend.js');
const { HeapDiff, pauses } = require('./heap-diff.js');

// Node's kinds of collection, by the names that @airbnb/node-memwatch gives their counts.
const KINDS = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'gcScavenge'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'gcMarkSweepCompact'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'gcIncrementalMarking'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'gcProcessWeakCallbacks'],
]);

const NS_PER_MS = 1e6;

const memwatch = new EventEmitter();
const trend = new BaseTrend();
const counts = Object.fromEntries([...KINDS.values()].flatMap((kind) => [[`${kind}Count`, 0], [`${kind}Time`, 0]]));
/** Of collections that gc() made and nobody has been told of: what they left in use, and when. */
let readings = [];

// One collection, now. Its `stats` come in a later turn of the event loop, which waits for them.
function gc() {
  const from = performance.now();
  gcFunction()();
  readings.push({ from, to: performance.now(), heap: v8.getHeapStatistics() });
  setImmediate(() => setImmediate(() => {}));
}

const within = ({ startTime }) => ({ from, to }) => startTime >= from && startTime <= to;

function observe(entries) {
  const collections = entries.filter((entry) => !pauses.some(within(entry)));
  const major = collections.filter(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR);
  const last = major.at(-1);
  for (const entry of collections) {
    const kind = KINDS.get(entry.detail.kind);
    if (kind === undefined) continue;
    counts[`${kind}Count`]++;
    counts[`${kind}Time`] += Math.round(entry.duration * NS_PER_MS);
    if (!major.includes(entry)) continue;
    // Of collections that gc() did not make, the state they left is known for the last one only.
    const reading = readings.find(within(entry));
    if (reading !== undefined || entry === last) report(entry, reading?.heap ?? v8.getHeapStatistics());
  }
  readings = readings.filter(({ to }) => last === undefined || to > last.startTime + last.duration);
}

function report({ startTime, duration }, heap) {
  const at = performance.timeOrigin + startTime + duration;
  const leak = trend.add(heap.used_heap_size, at);
  if (leak !== null) memwatch.emit('leak', leak);
  if (memwatch.listenerCount('stats') === 0) return;
  const full = counts.gcMarkSweepCompactCount;
  const all = [...KINDS.values()].reduce((sum, kind) => sum + counts[`${kind}Count`], 0);
  memwatch.emit('stats', {
    num_full_gc: full,
    num_inc_gc: all - full,
    ...trend.stats,
    ...counts,
    gc_ts: Math.round(at * 1000),
    gc_time: Math.round(duration * NS_PER_MS),
    total_heap_size: heap.total_heap_size,
    total_heap_size_executable: heap.total_heap_size_executable,
    total_physical_size: heap.total_physical_size,
    total_available_size: heap.total_available_size,
    used_heap_size: heap.used_heap_size,
    heap_size_limit: heap.heap_size_limit,
    malloced_memory: heap.malloced_memory,
    peak_malloced_memory: heap.peak_malloced_memory,
  });
}

new PerformanceObserver((list) => observe(list.getEntries())).observe({ entryTypes: ['gc'] });

module.exports = memwatch;
module.exports.gc = gc;
module.exports.HeapDiff = HeapDiff;
