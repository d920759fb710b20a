'use strict';

// Whether the heap stands still: the evidence that needs no capture.
//
// What the program keeps is part of the total, so a total that does not grow with the calls proves that nothing
// leaks. A total that grows proves nothing: compiled code, feedback and shapes grow too, and only the objects can
// tell. Growth by doubling (a Map's table) is a step now and then, so the calls must double, warm-up included, within
// the three rounds that are judged: the rounds after the fourth are longer for that. They also tell code, which comes
// in lumps of some kilobytes, from what comes with the calls; the longer the better, where calls are quick.

const QUICK = [1, 1, 1, 1, 4, 8, 16];
const SLOW = [1, 1, 1, 1, 2, 4];
// Slow calls are worth the longer rounds only where growth fades: the last round of these grew by less than this part
// of the first ones.
const FIRST_ROUNDS = 4;
const FADED = 0.5;
const WINDOW = 3;
// Less than this is not looked for, here and in the diagnosis.
const BYTES_PER_CALL = 0.5;
const BYTES_PER_ROUND = 512;
// Growth this plain, twice, needs no further look: captures will tell what it is.
const PLAIN_ROUNDS = 2;
const PLAIN_BYTES_PER_CALL = 24;
const PLAIN_BYTES = 96 * 1024;

class Flatness {
  #iterations;
  #isQuick;
  #rounds = [];

  /**
   * @param {number} iterations calls in a normal round, no fewer than half of those made before
   * @param {boolean} isQuick whether ten times as many take no time
   */
  constructor(iterations, isQuick) {
    this.#iterations = iterations;
    this.#isQuick = isQuick;
  }

  /** Calls of the next round. */
  get calls() {
    return this.#iterations * this.#lengths[this.#rounds.length];
  }

  /** @param {number} bytes by which the total grew in that round; negative when it fell */
  add(bytes) {
    this.#rounds.push({ calls: this.calls, bytes });
  }

  /** @returns {'flat' | 'growing' | 'unknown'} 'unknown': one more round may tell */
  get state() {
    const rounds = this.#rounds;
    if (standsStill(rounds.slice(-WINDOW))) return 'flat';
    const plain = ({ calls, bytes }) => bytes > Math.max(PLAIN_BYTES, PLAIN_BYTES_PER_CALL * calls);
    const isPlain = rounds.length >= PLAIN_ROUNDS && rounds.slice(-WINDOW).every(plain);
    const isEnough = rounds.length === this.#lengths.length || (rounds.length >= FIRST_ROUNDS && !this.#isQuick && !this.#fades());
    return isPlain || isEnough ? 'growing' : 'unknown';
  }

  /** Bytes per call, over all rounds. */
  get rate() {
    const sum = (of) => this.#rounds.reduce((total, round) => total + of(round), 0);
    return sum(({ bytes }) => bytes) / Math.max(1, sum(({ calls }) => calls));
  }

  get #lengths() {
    return this.#isQuick ? QUICK : SLOW;
  }

  #fades() {
    const perCall = this.#rounds.map(({ calls, bytes }) => bytes / calls);
    return perCall.at(-1) < FADED * Math.max(...perCall.slice(0, 2));
  }
}

// The median too: code that V8 threw away in one round would hide a leak in the sum.
function standsStill(rounds) {
  if (rounds.length < WINDOW) return false;
  const over = rounds.map(({ calls, bytes }) => bytes - Math.max(BYTES_PER_ROUND, BYTES_PER_CALL * calls)).sort((a, b) => a - b);
  return over[1] <= 0 && over[0] + over[1] + over[2] <= 0;
}

module.exports = { Flatness };
