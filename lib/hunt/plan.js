'use strict';

// How many iterations, how many rounds. Every round of a hunt has the same number of iterations, so that
// growth per round is comparable; the number is chosen once, after the warm-up, from what that showed.

// A warm-up is made in parts, and cut short when it has taken this long or when the heap has grown by this
// much: the leak shows already, and a big heap takes long to capture.
const WARMUP_PARTS = 4;
const WARMUP_MS = 6000;
const WARMUP_BYTES = 8 * 1024 * 1024;
// A round should take about this long: long enough for a queue to outgrow its consumer.
const ROUND_SECONDS = 1;
// One round may grow the heap by about this much. A leak of megabytes per iteration is plain after ten, and
// a small heap is captured sooner.
const ROUND_BYTES = 4 * 1024 * 1024;
const FEWEST = 10;

class Plan {
  #config;
  #deadline;

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
    if (ms >= WARMUP_MS || bytes >= WARMUP_BYTES) return null;
    return { amount: Math.min(Math.ceil(warmup / WARMUP_PARTS), warmup - done), maxMs: WARMUP_MS - ms };
  }

  // `perSecond`: iterations; `bytesPerIteration`: what the warm-up left behind, an upper bound of a leak.
  tune({ perSecond, bytesPerIteration }) {
    const { given, duration, iterations } = this.#config;
    if (given.iterations) return;
    const bySpeed = perSecond * (duration ?? ROUND_SECONDS);
    const byBytes = bytesPerIteration > 0 ? ROUND_BYTES / bytesPerIteration : Infinity;
    const most = duration === undefined ? iterations : Infinity;
    this.iterations = Math.max(FEWEST, round(Math.min(most, bySpeed, byBytes)));
  }

  // Whether one more round is worth it. `done`: rounds so far, `verdict`: of the diagnosis so far,
  // `roundMs`: how long the last one took with its capture.
  another({ done, verdict, roundMs, now = Date.now() }) {
    if (done < this.#config.rounds) return true;
    if (verdict !== 'inconclusive' || done >= this.#config.maxRounds) return false;
    return now + roundMs < this.#deadline;
  }
}

// Down to two leading digits: 10, 15, 87, 130, 200.
function round(value) {
  if (value < 100) return Math.floor(value);
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.floor(value / unit) * unit;
}

module.exports = { Plan };
