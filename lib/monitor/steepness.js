'use strict';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const MIB = 2 ** 20;
// So many floors are looked at, this far apart and over at least this time.
const FLOORS = 3;
const SPACING_MS = 3 * SECOND;
const SPAN_MS = 6 * SECOND;
const LEAST_BYTES = 8 * MIB;
// The later half must rise at least this much as fast as the earlier one: what fills up slows down.
const UNBENT = 0.4;
// Older ones say nothing about now.
const STALE_MS = 90 * SECOND;

// Growth that would meet the heap's limit within the hour.
//
// The monitor's verdict takes minutes, because it must not be wrong. This one only says whether somebody who waits
// should be shown what grows now: each of the last floors after major collections was higher than the one before it.
class Steepness {
  // The last floors that rose, oldest first. In place, so that no capture finds them to grow.
  #at = new Float64Array(FLOORS);
  #bytes = new Float64Array(FLOORS);
  #count = 0;

  // After a major collection: what it left, milliseconds of a steady clock.
  add(at, bytes) {
    const last = this.#count - 1;
    if (last >= 0 && bytes <= this.#bytes[last]) this.#count = 0;
    else if (last >= 0 && at - this.#at[last] < SPACING_MS) return;
    if (this.#count === FLOORS) {
      this.#at.copyWithin(0, 1);
      this.#bytes.copyWithin(0, 1);
      this.#count--;
    }
    this.#at[this.#count] = at;
    this.#bytes[this.#count] = bytes;
    this.#count++;
  }

  // Whether it rises enough to be looked at again soon.
  get rises() {
    return this.#count > 1 && this.#bytes[this.#count - 1] - this.#bytes[0] >= LEAST_BYTES / FLOORS;
  }

  /**
   * @param {number} now
   * @param {number} room bytes until the limit
   * @returns {{ bytesPerHour: number, timeLeftMs: number } | null} null unless it is steep
   */
  judge(now, room) {
    const [last, middle] = [FLOORS - 1, FLOORS >> 1];
    if (this.#count < FLOORS || now - this.#at[last] > STALE_MS) return null;
    if (this.#at[last] - this.#at[0] < SPAN_MS || this.#bytes[last] - this.#bytes[0] < LEAST_BYTES) return null;
    if (this.#rate(middle, last) < UNBENT * this.#rate(0, middle)) return null;
    const rate = this.#rate(0, last);
    return rate * HOUR < room ? null : { bytesPerHour: rate * HOUR, timeLeftMs: Math.max(0, room) / rate };
  }

  // Bytes per millisecond between two floors.
  #rate(from, to) {
    return (this.#bytes[to] - this.#bytes[from]) / (this.#at[to] - this.#at[from]);
  }
}

module.exports = { Steepness };
