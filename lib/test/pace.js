'use strict';

// How many calls make a round: a fast function thousands, a slow one few. Every number here is a bound that the
// caller's own `iterations` and `warmup` replace.

// A round takes about this long …
const ROUND_MS = 120;
// … and has no more calls than this: a bounded cache of ten thousand entries is full before the first capture, and a
// leak of one object per call does not make a heap that takes long to capture.
const MOST = 5_000;
// Three calls in each of three rounds make nine objects, the fewest that are strong evidence.
const FEWEST = 3;
// With fewer calls in a round, a leak of a small object would pass for noise of the total.
const FEWEST_TO_LOOK = 50;
const QUICK_MS = 30;
// The warm-up grows tenfold from part to part, until it has filled a round or left this much behind.
const FIRST_PART = 10;
const PART_FACTOR = 10;
const WARM_BYTES = 4 * 1024 * 1024;
// What one round between two captures should leave behind: plain to see, and quick to capture.
const ROUND_BYTES = 256 * 1024;
// The rounds before it have half as many again as all before them, within these bounds.
const FIRST_FACTOR = 1.5;
const FIRST_MS = 600;
const FIRST_BYTES = 2 * 1024 * 1024;
// … or more, of so little per call that only a table may be growing, which must double.
const SMALL_BYTES = 32;
const DOUBLING_BYTES = 8 * 1024 * 1024;
// A long round has so many times the calls made before it, within this part of the time left, and leaves this much
// behind at most.
const LONG_FACTOR = 3;
const LONG_PART = 1 / 3;
const LONG_BYTES = 8 * 1024 * 1024;

class Pace {
  #given;
  #perCallMs = Infinity;
  #done = 0;
  #grown = 0;

  /** @param {{ iterations?: number, warmup?: number }} given */
  constructor(given) {
    this.#given = given;
  }

  /** The next part of the warm-up: calls, and the time they may take; null when that was enough. */
  warmup() {
    const { warmup } = this.#given;
    if (warmup !== undefined) return this.#done < warmup ? { count: warmup - this.#done, maxMs: Infinity } : null;
    if (this.#done === 0) return { count: FIRST_PART, maxMs: ROUND_MS };
    const room = ROUND_MS - this.#perCallMs * this.#done;
    const count = Math.min(this.#done * (PART_FACTOR - 1), this.iterations - this.#done, Math.floor(room / this.#perCallMs));
    return count < this.#done / 4 || this.#grown >= WARM_BYTES ? null : { count, maxMs: room };
  }

  /** After a part of `done` calls in `ms` that left `bytes` more than there were before it. */
  warmed(done, ms, bytes) {
    this.#done += done;
    // The fastest part counts: a busy machine can only make one slower.
    this.#perCallMs = Math.max(Math.min(this.#perCallMs, ms / done), 1e-4);
    this.#grown = bytes;
  }

  /** Calls of the warm-up so far. */
  get done() {
    return this.#done;
  }

  /** Calls in a round. */
  get iterations() {
    if (this.#given.iterations !== undefined) return this.#given.iterations;
    const bySpeed = Math.floor(ROUND_MS / this.#perCallMs);
    const byBytes = this.#grown >= WARM_BYTES ? this.#done : MOST;
    return Math.max(FEWEST, Math.min(bySpeed, byBytes, MOST));
  }

  /** Whether rounds without a capture tell something, and are cheaper than one with. */
  get isWorthLooking() {
    return this.iterations >= FEWEST_TO_LOOK && this.#perCallMs * this.iterations <= 2 * ROUND_MS;
  }

  /** Whether ten rounds take no time. */
  get isQuick() {
    return this.#perCallMs * this.iterations <= QUICK_MS;
  }

  /** Calls between two captures, when `bytes` per call stay behind. */
  between(bytes) {
    if (this.#given.iterations !== undefined || !(bytes > 0)) return this.iterations;
    return Math.max(FEWEST, Math.min(this.iterations, Math.floor(ROUND_BYTES / bytes)));
  }

  /**
   * The first rounds between two captures, when `bytes` per call stayed behind so far: half as long again as all before
   * them. A table that doubles does so in each, and when nothing grows in the first there is no more to ask.
   */
  first(calls, bytes) {
    const least = this.between(bytes);
    if (this.#given.iterations !== undefined || !this.isWorthLooking) return { count: least };
    const most = bytes > SMALL_BYTES ? FIRST_BYTES : DOUBLING_BYTES;
    const byBytes = bytes > 0 ? Math.floor(most / bytes) : Infinity;
    return { count: Math.max(least, Math.min(Math.ceil(calls * FIRST_FACTOR), byBytes)), maxMs: FIRST_MS, least };
  }

  /**
   * A long round: what only fills up, a cache with a bound, has stopped growing at its end, and a table that doubles
   * has doubled.
   * @param {number} calls made so far
   * @param {number} bytes that stay behind per call
   * @param {number} leftMs until the trial has to end
   */
  long(calls, bytes, leftMs) {
    if (this.#given.iterations !== undefined) return { count: this.iterations };
    const least = this.between(bytes);
    const byBytes = bytes > 0 ? Math.floor(LONG_BYTES / bytes) : Infinity;
    return { count: Math.max(least, Math.min(calls * LONG_FACTOR, byBytes)), maxMs: leftMs * LONG_PART, least };
  }
}

module.exports = { Pace };
