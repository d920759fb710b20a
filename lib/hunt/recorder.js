'use strict';

const os = require('node:os');
// Not the global one, which fake timers stop.
const { performance } = require('node:perf_hooks');

const native = require('../addon.js');
const { captureFork, forkUnsupported } = require('../capture/fork.js');
const { InlineSeries, captureInline } = require('../capture/inline.js');
const { captureWorker } = require('../capture/worker.js');
const { AllocationProfile } = require('./allocation-profile.js');

// A series of captures of this isolate, or of a worker's, compared with one another as they come.
//
// Each capture leaves a digest of a few hundred kilobytes and a diagnosis of everything seen so far. Both stay
// in the addon, outside the V8 heap: what is kept here from capture to capture would be found to grow.
class Recorder {
  #series;
  #mode;
  #fallback;
  #lowPriority;
  #cpuPercent;
  #exact;
  #allocationSites;
  // From the first capture on, when allocation sites are asked for.
  #allocations = null;
  #recordedMs = null;

  // `unit`: what rounds' iterations are, 'iteration', 'request' or 'second'; a guard counts none: 'snapshot'.
  // `mode`: 'auto' forks where the platform can, otherwise captures inline. `fallback`: whether a fork
  // capture that fails is taken inline. `exact`: inline, and objects keep their ids from capture to capture.
  // 'worker' captures the thread that each record() names.
  // `lowPriority`, `cpuPercent`: how far a forked child steps back (see captureFork). `classes`: names of those whose
  // instances each capture counts. `allocationSites`: whether to sample who allocates, which costs the app a few
  // percent of its speed.
  constructor({
    unit,
    mode = 'auto',
    fallback = false,
    lowPriority = true,
    cpuPercent,
    exact = false,
    classes = [],
    allocationSites = false,
  }) {
    this.#series = new native.Series(unit, classes);
    this.#mode = exact ? 'inline' : mode;
    this.#fallback = fallback;
    this.#lowPriority = lowPriority;
    this.#cpuPercent = cpuPercent;
    this.#exact = exact ? new InlineSeries() : null;
    this.#allocationSites = allocationSites;
  }

  // `round`: { iterations, coolDown, heapUsed, external, arrayBuffers, rss } of the work since the last
  // capture. `file`: where to keep the snapshot, gzipped. The result says in `fallbackReason` why a capture
  // that could have been forked was not. `onForked`: see captureFork.
  async record(round, { file, onForked, mode = this.#mode, threadId, threads = Math.max(1, os.availableParallelism() >> 1) } = {}) {
    if (this.#allocationSites && mode !== 'worker') this.#allocations ??= new AllocationProfile();
    const allocations = this.#allocations === null ? undefined : () => this.#allocations.take();
    const options = { file, threads, threadId, allocations, onForked };
    const now = performance.now();
    const seconds = this.#recordedMs === null ? undefined : (now - this.#recordedMs) / 1000;
    this.#recordedMs = now;
    const { analysis, ...capture } = await this.#capture(JSON.stringify({ ...round, seconds }), mode, options);
    return { ...capture, ...JSON.parse(analysis) };
  }

  async #capture(round, mode, { threadId, onForked, ...options }) {
    if (mode === 'worker') return captureWorker(threadId, this.#settings(round, options));
    if (mode === 'inline' || this.#exact !== null) return this.#inline(round, options);
    const unsupported = mode === 'auto' ? forkUnsupported() : null;
    if (unsupported !== null) return { ...(await this.#inline(round, options)), fallbackReason: unsupported };
    try {
      return await captureFork({
        ...options,
        onForked,
        lowPriority: this.#lowPriority,
        cpuPercent: this.#cpuPercent,
        open: (settings, heap) => this.#series.openForkCapture(round, settings, heap),
      });
    } catch (error) {
      if (!this.#fallback) throw error;
      return { ...(await this.#inline(round, options)), fallbackReason: error.message };
    }
  }

  #inline(round, options) {
    const settings = this.#settings(round, options);
    return this.#exact === null ? captureInline(settings) : this.#exact.capture(settings);
  }

  #settings(round, options) {
    return { ...options, open: (given, scripts, stream) => this.#series.openInlineCapture(round, given, scripts, stream) };
  }

  // What is known after the last capture, as JSON; null before the first.
  get diagnosis() {
    return this.#series.diagnosis();
  }

  // Ends the series. While objects keep their ids from capture to capture, every scavenge pays for it.
  finish() {
    this.#allocations?.stop();
    this.#allocations = null;
    this.#exact?.end();
    this.#exact = null;
  }
}

module.exports = { Recorder };
