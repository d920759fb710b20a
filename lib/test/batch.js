'use strict';

// Calls of the function under test, one after the other.

const { performance } = require('node:perf_hooks');
const { setImmediate: turn } = require('node:timers/promises');

// A synchronous function must not starve the timers and streams that it started.
const TURN_EVERY_MS = 20;

/**
 * Calls `run(i)` for i = `from`, `from + 1`, …, `count` times, or until `maxMs` have passed and `least` calls are
 * done. What it throws is thrown.
 * @returns {Promise<{ done: number, ms: number }>}
 */
async function batch(run, count, { from = 0, maxMs = Infinity, least = 1 } = {}) {
  const started = performance.now();
  let turned = started;
  let done = 0;
  while (done < count) {
    const result = run(from + done);
    if (typeof result?.then === 'function') await result;
    done++;
    const now = performance.now();
    if (now - started > maxMs && done >= least) break;
    if (now - turned > TURN_EVERY_MS) {
      await turn();
      turned = performance.now();
    }
  }
  const ms = performance.now() - started;
  await turn();
  return { done, ms };
}

module.exports = { batch };
