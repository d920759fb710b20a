'use strict';

// Where the test runs decides how the heap can be captured.

const { isMainThread } = require('node:worker_threads');

const { forkUnsupported } = require('../capture/fork.js');
const { LeakguardError } = require('../errors.js');
const { gcFunction } = require('../gc.js');

// A process has one heap under measurement at a time, also where several tests run at once (AVA starts all tests
// of a file together), and where several copies of this package are installed.
const QUEUE = Symbol.for('leakguard.test.queue');

/**
 * How to capture here. A worker thread (Vitest's `threads`, Jest's `workerThreads`) is captured inline: a forked
 * child has the forking thread only, and a worker's isolate needs its main thread.
 * @param {'auto' | 'fork' | 'inline'} wanted
 */
function captureMode(wanted) {
  try {
    gcFunction()();
  } catch (cause) {
    throw new LeakguardError('LG_TEST_ISOLATION', `the garbage collector cannot be called here: ${cause.message}`, { cause });
  }
  if (wanted === 'inline') return 'inline';
  const why = isMainThread ? forkUnsupported() : 'the test runs in a worker thread';
  if (why === null) return 'fork';
  if (wanted === 'fork') throw new LeakguardError('LG_TEST_ISOLATION', `mode 'fork' is impossible here: ${why}`);
  return 'inline';
}

/** Calls `work` when all that came before has ended. */
function alone(work) {
  const before = globalThis[QUEUE] ?? Promise.resolve();
  const turn = before.then(work);
  globalThis[QUEUE] = turn.then(
    () => {},
    () => {},
  );
  return turn;
}

module.exports = { alone, captureMode };
