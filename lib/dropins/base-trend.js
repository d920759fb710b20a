'use strict';

// memwatch's statistics over what full collections leave in use, and its test for a leak. No clock, no V8: readings
// in, judgements out.

const { niceDelta, niceSize } = require('./nice.js');

// Collections that the estimates look back on.
const RECENT = 10;
const ANCIENT = 120;
// Collections in a row that must leave more in use than the one before.
const GROWTHS = 5;
// Smallest and largest are recorded from this collection on; the first ones are the program's start.
const SETTLED = 3;

class BaseTrend {
  #count = 0;
  #last = 0;
  #recent = 0;
  #ancient = 0;
  #min = 0;
  #max = 0;
  #growths = 0;
  #since = null;

  /**
   * A full collection has left `used` bytes in use, at `at` (milliseconds since 1970).
   * @returns {object | null} the report of a leak
   */
  add(used, at) {
    const leak = this.#judge(used, at);
    this.#last = used;
    this.#count++;
    this.#estimate(used);
    if (this.#count >= SETTLED) {
      this.#min = this.#min === 0 ? used : Math.min(this.#min, used);
      this.#max = Math.max(this.#max, used);
    }
    return leak;
  }

  #judge(used, at) {
    if (used <= this.#last) {
      this.#growths = 0;
      return null;
    }
    if (this.#growths === 0) this.#since = { used, at };
    this.#growths++;
    if (this.#growths < GROWTHS) return null;
    this.#growths = 0;
    const { used: base, at: start } = this.#since;
    const growth = used - base;
    // A second at least: what grew in less says nothing about an hour.
    const seconds = Math.max((at - start) / 1000, 1);
    const reason = `heap growth over ${GROWTHS} consecutive GCs (${niceDelta((at - start) / 1000)}) - ${niceSize((growth / seconds) * 3600)}/hr`;
    return { start: new Date(start), end: new Date(at), growth, reason };
  }

  #estimate(used) {
    // Averages of so few would be of the program's start.
    if (this.#count < RECENT) {
      this.#recent = used;
      this.#ancient = used;
      return;
    }
    this.#recent = (this.#recent * (RECENT - 1) + used) / RECENT;
    const span = Math.min(ANCIENT, this.#count);
    this.#ancient = (this.#ancient * (span - 1) + used) / span;
  }

  get stats() {
    const trend = this.#ancient === 0 ? 0 : (this.#recent - this.#ancient) / this.#ancient;
    return {
      heap_compactions: this.#count,
      usage_trend: Math.round(trend * 1000) / 10,
      estimated_base: Math.round(this.#recent),
      current_base: this.#last,
      min: this.#min,
      max: this.#max,
    };
  }
}

module.exports = { BaseTrend };
