'use strict';

const { gcFunction } = require('../gc.js');

const SECOND = 1000;
// Before any was timed: a full collection of a heap of so many bytes takes about so long.
const FIRST_GUESS_MS = 10;
const FIRST_GUESS_BYTES = 32 * 2 ** 20;
const REMEMBERED = 5;
// Fewer prove nothing: one or two may have been slow through no fault of the heap's.
const CONVINCING = 3;
const REMEMBERED_MS = 300 * SECOND;

// Asks V8 for a full collection now and then, when V8 itself has not run one for a while.
//
// A leak shows in what survives full collections, and a process that leaks slowly runs fewer and fewer of
// them: V8 starts the next one only when the heap has doubled. So the probe asks, within a budget: the
// pause expected from the last ones stays below `maxPauseMs`, and all pauses together below a thousandth of
// the time, or twice that while something seems to grow. A pause that was longer than expected is made up for by a longer
// wait. A heap too large for that is left alone; then V8's own collections have to do.
class FloorProbe {
  #maxPauseMs;
  #lastMajorAt = -Infinity;
  // The last few asked for, as pause, bytes and time each. In place, so that no capture finds them to grow.
  #recent = new Float64Array(3 * REMEMBERED);
  #timed = 0;
  #lastPauseMs = 0;
  #askedFor = false;
  #pauses = { count: 0, ms: 0, maxMs: 0 };

  constructor({ maxPauseMs }) {
    this.#maxPauseMs = maxPauseMs;
  }

  // After each major collection: how long it took and how many bytes of heap were in use.
  collected(pauseMs, usedBytes, now) {
    this.#lastMajorAt = now;
    // A collection that V8 starts by itself pauses only for its last step, so only those asked for tell.
    if (!this.#askedFor) return;
    this.#askedFor = false;
    this.#lastPauseMs = pauseMs;
    this.#pauses.count++;
    this.#pauses.ms += pauseMs;
    this.#pauses.maxMs = Math.max(this.#pauses.maxMs, pauseMs);
    this.#recent.set([pauseMs, usedBytes, now], 3 * (this.#timed++ % REMEMBERED));
  }

  // Collects if it is time to. `curious`: something seems to grow, or too little is known yet.
  consider({ usedBytes, curious, utilization, now }) {
    const pauseMs = this.#expect(usedBytes, now);
    const spentMs = Math.max(pauseMs, this.#lastPauseMs);
    const everyMs = curious ? Math.max(10 * SECOND, spentMs * 500) : Math.max(60 * SECOND, spentMs * 1000);
    if (pauseMs > this.#maxPauseMs || utilization > 0.8 || now - this.#lastMajorAt < everyMs) return false;
    this.#askedFor = true;
    this.#lastMajorAt = now;
    gcFunction()();
    return true;
  }

  // How often it has collected so far, and the pauses that took, milliseconds.
  get pauses() {
    return { ...this.#pauses };
  }

  // A pause grows with the heap, but not from nothing. The shortest counts: what else the machine does can
  // only make a collection slower. Until enough were timed, lately, the guess counts with them.
  #expect(usedBytes, now) {
    let [counted, least] = [0, Infinity];
    for (let i = 0; i < Math.min(this.#timed, REMEMBERED); i++) {
      const [pauseMs, bytes, at] = this.#recent.subarray(3 * i, 3 * i + 3);
      if (now - at >= REMEMBERED_MS) continue;
      counted++;
      least = Math.min(least, pauseMs * (0.5 + (0.5 * usedBytes) / Math.max(bytes, 1)));
    }
    const guess = FIRST_GUESS_MS * Math.max(1, usedBytes / FIRST_GUESS_BYTES);
    return counted < CONVINCING ? Math.min(least, guess) : least;
  }
}

module.exports = { FloorProbe };
