'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

const TICK_MS = 250;

// The load of `--idle`: none. The app works by itself, and an iteration is a second of that.
class IdleLoad {
  #signal;

  constructor({ signal }) {
    this.#signal = signal;
  }

  async run(seconds, { onProgress } = {}) {
    const started = performance.now();
    for (;;) {
      const left = seconds * 1000 - (performance.now() - started);
      if (left <= 0) return { iterations: seconds, failures: 0, perSecond: 1 };
      onProgress?.(Math.floor(seconds - left / 1000), seconds);
      await sleep(Math.min(TICK_MS, left), undefined, { signal: this.#signal });
    }
  }
}

module.exports = { IdleLoad };
