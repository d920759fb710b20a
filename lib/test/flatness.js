'use strict';

// Whether the heap stands still: the evidence that needs no capture.
//
// What the program keeps is part of the total, so a total that does not grow with the calls proves that nothing
// leaks. A total that grows proves nothing: compiled code, feedback and shapes grow too, and only the objects can
// tell. Growth by doubling (a Map's table) is a step now and then; over the rounds from one to four times the
// warm-up at least one falls, so flatness is judged on no more than that.

const MOST_ROUNDS = 4;
const WINDOW = 3;
// Less than this is not looked for, here and in the diagnosis.
const BYTES_PER_CALL = 0.5;
const BYTES_PER_ROUND = 512;
// Growth this plain needs no second look: captures will tell what it is.
const PLAIN_BYTES_PER_CALL = 24;
const PLAIN_BYTES = 96 * 1024;

class Flatness {
  #iterations;
  #growths = [];

  constructor(iterations) {
    this.#iterations = iterations;
  }

  /** @param {number} bytes by which the total grew in one more round; negative when it fell */
  add(bytes) {
    this.#growths.push(bytes);
  }

  /** @returns {'flat' | 'growing' | 'unknown'} 'unknown': one more round may tell */
  get state() {
    const enough = Math.max(BYTES_PER_ROUND, BYTES_PER_CALL * this.#iterations);
    const last = this.#growths.slice(-WINDOW);
    if (last.length === WINDOW) {
      // The median too: code that V8 threw away in one round would hide a leak in the mean.
      const median = [...last].sort((a, b) => a - b)[1];
      const mean = last.reduce((sum, bytes) => sum + bytes, 0) / WINDOW;
      if (median <= enough && mean <= enough) return 'flat';
    }
    const plain = Math.max(PLAIN_BYTES, PLAIN_BYTES_PER_CALL * this.#iterations);
    const growing = this.#growths.length > 0 && this.#growths.every((bytes) => bytes > plain);
    return growing || this.#growths.length >= MOST_ROUNDS ? 'growing' : 'unknown';
  }

  /** Bytes per call, over all rounds. */
  get rate() {
    return this.#growths.reduce((sum, bytes) => sum + bytes, 0) / (this.#iterations * Math.max(1, this.#growths.length));
  }
}

module.exports = { Flatness };
