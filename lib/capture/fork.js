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
 * @param {() => string | null} [options.allocations] asked in the child for an AllocationProfile's tree
 * @param {() => void} [options.onForked] called when a child has its copy of the heap, and the app may change its own;
 *   again after each child that had to be replaced
 * @param {(options: object, heap: object) => object} [options.open] makes the addon's capture; default: one
 *   that only keeps the file
 * @returns {Promise<{ mode: 'fork', stallMs: number, forks: number, childBytes: number, elapsedMs: number,
 *   bytes: number, file: string | null, fileBytes: number, analysis: string | null }>}
 *   `stallMs`: the longest time the event loop stood still, one of `forks` forks
 */
async function captureFork({ numericValues = true, signal, allocations, open, onForked, ...options } = {}) {
  const why = forkUnsupported();
  if (why !== null) throw new LeakguardError('LG_CAPTURE_UNSUPPORTED', `this process cannot be captured by forking: ${why}`);
  return abortable(signal, async (cancel) => {
    const capture = (open ?? native.openForkCapture)(options, heapShape());
    try {
      return await follow(capture, { cancel, signal, numericValues, allocations, onForked });
    } finally {
      capture.close();
    }
  });
}

async function follow(capture, { cancel, signal, numericValues, allocations, onForked }) {
  const started = performance.now();
  let stallMs = 0;
  for (;;) {
    await moments[capture.moment]();
    if (signal?.aborted) throw new LeakguardError('LG_CANCELLED', 'cancelled', { cause: signal.reason });
    const before = performance.now();
    // From here on there may be two of us. The child never gets past serialise().
    if (capture.fork()) serialise(capture, numericValues, allocations);
    stallMs = Math.max(stallMs, performance.now() - before);
    onForked?.();
    const { captured, forks, childBytes } = await capture.wait(cancel);
    if (captured) {
      const elapsedMs = performance.now() - started;
      const { bytes, file = null, fileBytes, analysis = null } = captured;
      return { mode: 'fork', stallMs, forks, childBytes, elapsedMs, bytes, file, fileBytes, analysis };
    }
  }
}

/** The child's whole life, in this one turn. No code of the app runs, and nothing is returned to. */
function serialise(capture, numericValues, allocations) {
  try {
    v8.writeHeapSnapshot(begin(capture, allocations), { exposeNumericValues: numericValues });
    capture.childFinish();
  } catch (error) {
    capture.childFail(String(error?.message ?? error));
  }
}

// The table and the allocations must be garbage before V8 looks at the heap: they grow with the scripts that an app
// loads and with what it keeps, and would stand in the diagnosis as leaks of their own.
function begin(capture, allocations) {
  // Before the table, which would be among what is alive.
  const allocated = allocations?.() ?? undefined;
  const table = new ScriptTable();
  const path = capture.childBegin(table.list(), allocated);
  table.close();
  return path;
}

module.exports = { captureFork, forkUnsupported };
