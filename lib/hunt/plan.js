'use strict';

// How many iterations, how many rounds. Every round of a hunt has the same number of iterations, so that
// growth per round is comparable; the number is chosen once, after the warm-up, from what that showed.

// A warm-up is made in parts that get longer, and cut short when it has taken this long or when the heap has
// grown by this much: the leak shows already, and a big heap takes long to capture. The first part does not
// count for that, because what an app loads lazily is no leak, unless it is very much.
const WARMUP_FIRST = 10;
const WARMUP_MS = 6000;
const WARMUP_BYTES = 8 * 1024 * 1024;
const WARMUP_COLD_BYTES = 64 * 1024 * 1024;
// A round should take about this long: long enough for a queue to outgrow its consumer …
const ROUND_SECONDS = 1;
// … and as much longer, within limits, as a slow app needs for so many iterations that a leak of one object
// in fifty of them shows.
const ROUND_ENOUGH = 300;
const ROUND_MOST_SECONDS = 3;
// One round may grow the heap by about this much. A leak of megabytes per iteration is plain after ten, and
// a small heap is captured sooner.
const ROUND_BYTES = 4 * 1024 * 1024;
const FEWEST = 10;
// Where iterations suddenly take much longer, a round ends after this part of the time that is left.
const ROUND_SHARE = 0.25;
// Two rounds and the baseline are three points on a line: with fewer there is no answer.
const FEWEST_ROUNDS = 2;

class Plan {
  #config;
  #deadline;
  #cold = { done: 0, bytes: 0 };

  constructor(config, now = Date.now()) {
    this.#config = config;
    this.#deadline = now + config.timeBudget * 1000;
    this.iterations = config.iterations;
  }

  // The next part of the warm-up, after `done` iterations, `ms` milliseconds and growth of `bytes`: how many
  // iterations it has, and how long they may take. Null when that was enough.
  warmup({ done, ms, bytes }) {
    const { warmup, given } = this.#config;
    if (done >= warmup) return null;
    if (given.warmup) return { amount: warmup - done, maxMs: undefined };
    if (done <= WARMUP_FIRST) this.#cold = { done, bytes };
    if (ms >= WARMUP_MS || bytes >= WARMUP_COLD_BYTES || bytes - this.#cold.bytes >= WARMUP_BYTES) return null;
    // What grew much already is taken in small steps.
    const amount = bytes >= WARMUP_BYTES ? WARMUP_FIRST : Math.max(WARMUP_FIRST, 2 * done);
    return { amount: Math.min(amount, warmup - done), maxMs: WARMUP_MS - ms };
  }

  // What the warm-up showed after `done` iterations. `perSecond`: iterations; `bytes`: what it left behind, an
  // upper bound of a leak.
  tune({ perSecond, done, bytes }) {
    const { given, duration, iterations } = this.#config;
    if (given.iterations) return;
    const since = done > this.#cold.done ? this.#cold : { done: 0, bytes: 0 };
    const bytesPerIteration = (bytes - since.bytes) / (done - since.done);
    const seconds = Math.min(ROUND_MOST_SECONDS, Math.max(ROUND_SECONDS, ROUND_ENOUGH / perSecond));
    const bySpeed = perSecond * (duration ?? seconds);
    const byBytes = bytesPerIteration > 0 ? ROUND_BYTES / bytesPerIteration : Infinity;
    const most = duration === undefined ? iterations : Infinity;
    this.iterations = Math.max(FEWEST, round(Math.min(most, bySpeed, byBytes)));
  }

  // How long the next round may take; undefined where its size is the user's own choice.
  roundMs(now = Date.now()) {
    const { given, duration } = this.#config;
    if (given.iterations || duration !== undefined) return undefined;
    return Math.max(2 * ROUND_MOST_SECONDS * 1000, ROUND_SHARE * (this.#deadline - now));
  }

  // Whether one more round is worth it. `done`: rounds so far, `verdict`: of the diagnosis so far,
  // `roundMs`: how long the last one took with its capture, `waits`: whether only time would tell.
  another({ done, verdict, roundMs, waits = false, now = Date.now() }) {
    const { given, rounds, maxRounds, duration } = this.#config;
    const inTime = now + roundMs < this.#deadline;
    if (done < rounds) return inTime || done < FEWEST_ROUNDS || given.rounds || given.iterations || duration !== undefined;
    return verdict === 'inconclusive' && done < maxRounds && inTime && !waits;
  }
}

// Down to two leading digits: 10, 15, 87, 130, 200.
function round(value) {
  if (value < 100) return Math.floor(value);
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.floor(value / unit) * unit;
}

module.exports = { Plan };
