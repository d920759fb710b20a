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
// How fast it falls shows in so long. What goes at once, with the last calls, is not counted in.
const WINDOW_MS = DRAIN_MS / 2;
// A fall of this part of what grew, within DRAIN_MS, is more than a total moves by itself.
const FALLS = 0.005;

/** The total in use while nothing is called any more, look by look. */
class Draining {
  #enough;
  #half;
  #patienceMs;
  #leftMs;
  #looks;

  /**
   * @param {number} first bytes before it grew
   * @param {number} last bytes after
   * @param {boolean} hasTimers
   * @param {number} leftMs the time that there is
   */
  constructor(first, last, hasTimers, leftMs) {
    this.#enough = first + (last - first) * REST;
    this.#half = (first + last) / 2;
    this.#patienceMs = hasTimers ? Math.max(DRAIN_MS, Math.min(TIMERS_MS, leftMs)) : DRAIN_MS;
    this.#leftMs = leftMs;
    this.#looks = [{ ms: 0, total: last }];
  }

  /** `ms` after the last call. */
  add(ms, total) {
    this.#looks.push({ ms, total });
  }

  get total() {
    return this.#looks.at(-1).total;
  }

  get isFalling() {
    return this.total > this.#enough && this.#perMs * DRAIN_MS > (this.#looks[0].total - this.#enough) * FALLS;
  }

  /** Whether to wait for more: for what may begin to drain, and for what drains fast enough to tell in the time left. */
  get goesOn() {
    const { ms, total } = this.#looks.at(-1);
    if (total <= this.#enough) return false;
    const toHalfMs = Math.max(0, total - this.#half) / this.#perMs;
    return ms < this.#patienceMs || (this.isFalling && ms < this.#leftMs && ms + toHalfMs <= this.#leftMs);
  }

  // How fast it fell of late.
  get #perMs() {
    const now = this.#looks.at(-1);
    const then = this.#looks.findLast(({ ms }) => ms <= now.ms - WINDOW_MS) ?? this.#looks[0];
    return now.ms > then.ms ? (then.total - now.total) / (now.ms - then.ms) : 0;
  }
}

/**
 * Waits until the total in use is back at about `first`, or stays.
 * @param {object[]} suspects what grew
 * @returns {Promise<{ total: number, isFalling: boolean }>} the total then, and whether it would have fallen on
 */
async function drain(suspects, first, last, leftMs) {
  const draining = new Draining(first, last, suspects.some(leavesTimers), leftMs);
  const started = performance.now();
  while (draining.goesOn) {
    const { heapUsed, external } = await settle({ quietMs: LOOK_MS });
    draining.add(performance.now() - started, heapUsed + external);
  }
  const { total, isFalling } = draining;
  return { total, isFalling };
}

function leavesTimers({ path, classes }) {
  return path.some(({ name }) => name === 'TimersList' || name === 'Timeout') || classes.some(({ className }) => className === 'Timeout');
}

module.exports = { Draining, drain };
