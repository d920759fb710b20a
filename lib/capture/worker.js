'use strict';

// A snapshot of one worker_threads isolate, taken from outside: only that worker stands still. The bytes
// come as a stream, chunk by chunk, to the addon's threads.

const { LeakguardError, fromNative } = require('../errors.js');
const native = require('../addon.js');
const { finish, pump } = require('./inline.js');

/**
 * @param {import('node:worker_threads').Worker} worker
 * @param {object} [options]
 * @param {string} [options.file] keep the snapshot there, gzipped
 * @param {number} [options.threads] for the analysis
 * @param {boolean} [options.numericValues] make numbers visible; default true
 * @param {(options: object, scripts: object[], stream: boolean) => object} [options.open] makes the
 *   addon's capture; default: one that only keeps the file
 * @returns {Promise<{ mode: 'worker', threadId: number, elapsedMs: number, bytes: number, file: string | null,
 *   fileBytes: number, analysis: string | null }>} script locations are not known: they are the worker's own
 */
async function captureWorker(worker, { file, threads, numericValues = true, open = native.openInlineCapture } = {}) {
  const started = performance.now();
  const { threadId } = worker;
  let stream;
  try {
    stream = await worker.getHeapSnapshot({ exposeNumericValues: numericValues });
  } catch (cause) {
    throw new LeakguardError('LG_CAPTURE_FAILED', `the capture failed: the worker is not running`, { cause });
  }
  let capture;
  try {
    capture = open({ file, threads }, [], true);
    await pump(stream, capture);
  } catch (error) {
    stream.destroy();
    const reason = await capture?.abandon().then(() => error, (cause) => cause);
    throw fromNative(reason ?? error);
  }
  const result = await finish(capture);
  return { mode: 'worker', threadId, elapsedMs: performance.now() - started, ...result };
}

module.exports = { captureWorker };
