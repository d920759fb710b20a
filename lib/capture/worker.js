'use strict';

// A snapshot of one worker_threads isolate, taken from outside: that worker stands still while V8 serialises
// there, and its chunks come to the addon's threads by way of this thread, which goes on meanwhile.

const { setTimeout: sleep } = require('node:timers/promises');

const native = require('../addon.js');
const { LeakguardError, fromNative } = require('../errors.js');
const { finish } = require('./inline.js');
const { WorkerInspector } = require('./worker-inspector.js');

// A worker answers between two turns or within JavaScript, but not in the midst of a long call to C++.
const ANSWER_WITHIN_MS = 60_000;
const TIMEOUT_MS = 600_000;

/**
 * @param {number} threadId
 * @param {object} [options]
 * @param {string} [options.file] keep the snapshot there, gzipped
 * @param {number} [options.threads] for the analysis
 * @param {boolean} [options.numericValues] make numbers visible; default true
 * @param {number} [options.answerWithinMs] how long the worker may take to answer; default a minute
 * @param {number} [options.timeoutMs] for everything else together; default ten minutes
 * @param {(options: object, scripts: object[], stream: boolean) => object} [options.open] makes the
 *   addon's capture; default: one that only keeps the file
 * @returns {Promise<{ mode: 'worker', threadId: number, stallMs: number, elapsedMs: number, bytes: number,
 *   file: string | null, fileBytes: number, analysis: string | null }>} `stallMs`: how long the worker stood still
 */
async function captureWorker(threadId, { file, threads, numericValues = true, answerWithinMs = ANSWER_WITHIN_MS, timeoutMs = TIMEOUT_MS, open = native.openInlineCapture } = {}) {
  const started = performance.now();
  const scripts = [];
  let capture;
  let refused;
  const inspector = new WorkerInspector((method, params) => {
    if (method === 'Debugger.scriptParsed') {
      const { scriptId, url, sourceMapURL = '' } = params;
      if (url !== '') scripts.push({ id: Number(scriptId), url, sourceMapUrl: sourceMapURL });
    } else if (method === 'HeapProfiler.addHeapSnapshotChunk') {
      try {
        capture.write(Buffer.from(params.chunk));
      } catch (error) {
        refused ??= error;
      }
    }
  });
  let stallMs;
  try {
    await inspector.reach(threadId);
    // Answered when the events for all scripts loaded so far have been sent.
    await within(answerWithinMs, inspector.call(threadId, 'Debugger.enable'));
    await within(answerWithinMs, inspector.call(threadId, 'Debugger.disable'));
    capture = open({ file, threads }, scripts, true);
    const before = performance.now();
    await within(timeoutMs, inspector.call(threadId, 'HeapProfiler.takeHeapSnapshot', { exposeNumericValues: numericValues }));
    stallMs = performance.now() - before;
    if (refused !== undefined) throw refused;
  } catch (error) {
    const reason = await capture?.abandon().then(() => error, (cause) => cause);
    throw fromNative(reason ?? error);
  } finally {
    inspector.close();
  }
  return { mode: 'worker', threadId, stallMs, ...(await finish(capture)), elapsedMs: performance.now() - started };
}

/** The ids of the worker threads that run. */
function workerThreads() {
  const inspector = new WorkerInspector();
  const { threads } = inspector;
  inspector.close();
  return threads;
}

// Keeps the process alive until then, too: a worker that is unref'd would not.
async function within(ms, answer) {
  const enough = new AbortController();
  const late = sleep(ms, undefined, { signal: enough.signal }).then(() => {
    throw new LeakguardError('LG_CAPTURE_TIMEOUT', `the worker did not answer within ${ms / 1000} s`, {
      advice: 'Try again when the worker is between two turns of its event loop: while it waits or computes outside of JavaScript it cannot answer.',
    });
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    late.catch(() => {});
    answer.catch(() => {});
    enough.abort();
  }
}

module.exports = { captureWorker, workerThreads };
