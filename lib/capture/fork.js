'use strict';

// A capture in a forked child: the app is stopped for the milliseconds of the fork, the child serialises
// and analyses its copy of the heap, and a thread of the addon follows it to its end.

const v8 = require('node:v8');

const native = require('../addon.js');
const { LeakguardError } = require('../errors.js');
const { abortable } = require('../abort.js');
const { heapShape } = require('./heap-shape.js');
const moments = require('./moment.js');
const { ScriptTable } = require('./scripts.js');

/** Why this process cannot be captured by forking, or null. */
function forkUnsupported() {
  return native.forkUnsupported ? native.forkUnsupported() : `forking is not supported on ${process.platform} ${process.arch}`;
}

/**
 * @param {object} [options]
 * @param {string} [options.file] keep the snapshot there, gzipped
 * @param {number} [options.threads] for the analysis
 * @param {number} [options.timeoutMs] for everything together; default ten minutes
 * @param {boolean} [options.lowPriority] the child gets the processor only when nobody else wants it;
 *   default true
 * @param {number} [options.cpuPercent] of one processor: what the child is held to, 0: not at all; default: a
 *   quarter of what the container may use, if that is less than two processors
 * @param {boolean} [options.numericValues] make numbers visible; default true
 * @param {AbortSignal} [options.signal] ends the child
 * @param {(options: object, heap: object) => object} [options.open] makes the addon's capture; default: one
 *   that only keeps the file
 * @returns {Promise<{ mode: 'fork', stallMs: number, forks: number, childBytes: number, elapsedMs: number,
 *   bytes: number, file: string | null, fileBytes: number, analysis: string | null }>}
 *   `stallMs`: the longest time the event loop stood still, one of `forks` forks
 */
async function captureFork({ file, threads, timeoutMs, lowPriority, cpuPercent, numericValues = true, signal, open } = {}) {
  const why = forkUnsupported();
  if (why !== null) throw new LeakguardError('LG_CAPTURE_UNSUPPORTED', `this process cannot be captured by forking: ${why}`);
  return abortable(signal, async (cancel) => {
    const capture = (open ?? native.openForkCapture)({ file, threads, timeoutMs, lowPriority, cpuPercent }, heapShape());
    try {
      return await follow(capture, cancel, signal, numericValues);
    } finally {
      capture.close();
    }
  });
}

async function follow(capture, cancel, signal, numericValues) {
  const started = performance.now();
  let stallMs = 0;
  for (;;) {
    await moments[capture.moment]();
    if (signal?.aborted) throw new LeakguardError('LG_CANCELLED', 'cancelled', { cause: signal.reason });
    const before = performance.now();
    // From here on there may be two of us. The child never gets past serialise().
    if (capture.fork()) serialise(capture, numericValues);
    stallMs = Math.max(stallMs, performance.now() - before);
    const { captured, forks, childBytes } = await capture.wait(cancel);
    if (captured) {
      const elapsedMs = performance.now() - started;
      const { bytes, file = null, fileBytes, analysis = null } = captured;
      return { mode: 'fork', stallMs, forks, childBytes, elapsedMs, bytes, file, fileBytes, analysis };
    }
  }
}

/** The child's whole life, in this one turn. No code of the app runs, and nothing is returned to. */
function serialise(capture, numericValues) {
  try {
    v8.writeHeapSnapshot(begin(capture), { exposeNumericValues: numericValues });
    capture.childFinish();
  } catch (error) {
    capture.childFail(String(error?.message ?? error));
  }
}

// The table must be garbage before V8 looks at the heap: it grows with the scripts that an app loads, and
// would stand in the diagnosis as a leak of its own.
function begin(capture) {
  const table = new ScriptTable();
  const path = capture.childBegin(table.list());
  table.close();
  return path;
}

module.exports = { captureFork, forkUnsupported };
