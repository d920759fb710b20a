'use strict';

// V8's inspector, asked within this thread and answered before post() returns.
//
// Sessions are never disconnected: whenever one ends, V8 forgets the object ids that it has handed out, those of
// everybody's (see lib/capture/scripts.js). They hold nothing alive, and are used again.

const { LeakguardError } = require('../errors.js');

const idle = [];

class Inspector {
  #session;

  constructor() {
    let Session;
    try {
      // Absent in builds without inspector, forbidden under --permission.
      ({ Session } = require('node:inspector'));
      this.#session = new Session();
      this.#session.connect();
    } catch (cause) {
      const advice = 'Run a Node that has the inspector, without --permission.';
      throw new LeakguardError('LG_CAPTURE_UNSUPPORTED', 'the inspector of this Node cannot be used', { cause, advice });
    }
  }

  /** One command; returns its result. */
  post(method, params) {
    let answer;
    this.#session.post(method, params, (error, result) => {
      answer = { error, result };
    });
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`, { cause: answer.error });
    return answer.result;
  }

  /** Listens to one event, of which `listener` gets the parameters. */
  on(event, listener) {
    this.#session.on(event, ({ params }) => listener(params));
  }

  off(event) {
    this.#session.removeAllListeners(event);
  }
}

/** An inspector for the caller alone, until `giveBack`. */
function takeInspector() {
  return idle.pop() ?? new Inspector();
}

function giveBack(inspector) {
  idle.push(inspector);
}

/** Runs `use(inspector)`. */
function withInspector(use) {
  const inspector = takeInspector();
  try {
    return use(inspector);
  } finally {
    giveBack(inspector);
  }
}

module.exports = { giveBack, takeInspector, withInspector };
