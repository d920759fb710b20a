'use strict';

const { Recorder } = require('../hunt/recorder.js');
const { workerThreads } = require('./worker.js');

// The series of captures of this process's worker threads: each is compared with its own.
class Workers {
  // By thread id.
  #recorders = new Map();

  /** The ids of the threads that run. What was remembered of the others is forgotten. */
  list() {
    const running = workerThreads();
    for (const threadId of this.#recorders.keys()) if (!running.includes(threadId)) this.#recorders.delete(threadId);
    return running;
  }

  /** The series of one thread, for another capture of it. */
  recorder(threadId) {
    this.list();
    const recorder = this.#recorders.get(threadId) ?? new Recorder({ unit: 'snapshot', mode: 'worker' });
    this.#recorders.set(threadId, recorder);
    return recorder;
  }

  /** What is known of one after its last capture, as JSON; null before the first. */
  diagnosis(threadId) {
    return this.#recorders.get(threadId)?.diagnosis ?? null;
  }
}

module.exports = { Workers };
