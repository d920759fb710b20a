'use strict';

const { HuntError } = require('./error.js');

// One batch of iterate() calls in the child: the same shape as HttpLoad, with a function for a server.
class IterateLoad {
  #channel;

  constructor(channel) {
    this.#channel = channel;
  }

  async run(amount, { maxMs, onProgress } = {}) {
    const report = (name, data) => name === 'progress' && onProgress?.(data.done, data.total);
    this.#channel.on('event', report);
    try {
      const { iterations, seconds } = await this.#channel.request('iterate', { amount, maxMs });
      return { iterations, failures: 0, perSecond: iterations / Math.max(seconds, 1e-3) };
    } catch (error) {
      if (error.code === 'LG_HUNT_ITERATE') throw new HuntError(error.code, error.message);
      throw error;
    } finally {
      this.#channel.removeListener('event', report);
    }
  }
}

module.exports = { IterateLoad };
