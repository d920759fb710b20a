'use strict';

// Time for what piled up to go away by itself, before anyone may call it a leak: a queue that outgrew its consumer, a
// buffer that is flushed every second, entries that a timer removes.

const { performance } = require('node:perf_hooks');

const { settle } = require('../gc.js');

const LOOK_MS = 100;
// What is written, sent or expired in batches is so often every second.
const DRAIN_MS = 1200;
// Timers that are still due tell that there may be more to wait for.
const TIMERS_MS = 5000;
// So much of what grew may remain.
const REST = 0.03;

/**
 * Waits until the total in use is back at about `first`.
 * @param {object[]} suspects what grew
 * @param {number} first bytes before it grew
 * @param {number} last bytes after
 * @param {number} leftMs the time that there is
 * @returns {Promise<number>} the total then
 */
async function drain(suspects, first, last, leftMs) {
  const enough = first + (last - first) * REST;
  const mostMs = suspects.some(leavesTimers) ? Math.max(DRAIN_MS, Math.min(TIMERS_MS, leftMs)) : DRAIN_MS;
  const until = performance.now() + mostMs;
  let total = last;
  while (total > enough && performance.now() < until) {
    const { heapUsed, external } = await settle({ quietMs: LOOK_MS });
    total = heapUsed + external;
  }
  return total;
}

function leavesTimers({ path, classes }) {
  return path.some(({ name }) => name === 'TimersList' || name === 'Timeout') || classes.some(({ className }) => className === 'Timeout');
}

module.exports = { drain };
