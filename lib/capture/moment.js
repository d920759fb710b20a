'use strict';

// When to fork. A child forked while V8 marks on other threads waits for them for ever; it is noticed and
// ended, and another is forked, but it is better to choose the moment.

const { PerformanceObserver, constants, performance } = require('node:perf_hooks');
const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');

const native = require('../addon.js');

const POLL_MS = 2;
const QUIET_WITHIN_MS = 500;
const GC_WITHIN_MS = 2000;

/** Resolves when V8's workers sleep, or when waiting for that has taken long enough. */
async function quiet() {
  const deadline = performance.now() + QUIET_WITHIN_MS;
  while (native.workersBusy() && performance.now() < deadline) await sleep(POLL_MS);
}

/** Resolves soon after the next major collection, or when waiting for one has taken long enough. */
async function afterMajorGc() {
  let observer;
  const collected = new Promise((resolve) => {
    observer = new PerformanceObserver((list) => {
      if (list.getEntries().some(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR)) resolve();
    });
    observer.observe({ entryTypes: ['gc'] });
  });
  const enough = new AbortController();
  try {
    await Promise.race([collected, sleep(GC_WITHIN_MS, undefined, { signal: enough.signal }).catch(() => {})]);
  } finally {
    enough.abort();
    observer.disconnect();
  }
  await turn();
  await quiet();
}

module.exports = { quiet, afterMajorGc };
