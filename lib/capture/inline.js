'use strict';

// Captures inside the app: the event loop stands still while V8 serialises, and the addon's threads read
// and analyse at the same time. For tests, for platforms without fork, and for exact object ids.

const { existsSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const v8 = require('node:v8');

const native = require('../addon.js');
const { fromNative } = require('../errors.js');
const { heapShape } = require('./heap-shape.js');
const { ScriptTable } = require('./scripts.js');

// Where they do not, the bytes come through JavaScript. (A Linux sandbox may be without /proc.)
const PIPES_HAVE_PATHS = process.platform !== 'win32' && existsSync(process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd');
// Bytes that may wait for the reader before a stream is paused.
const MAX_PENDING = 8 << 20;

/**
 * A series of inline captures in which an object keeps its id.
 *
 * The price: from the first capture on, V8 follows every moved object, and code that allocates much runs
 * several times slower, until `end()`, which must be called and after which ids start anew. Should the app
 * end an inspector session of its own meanwhile, ids start anew then.
 */
class InlineSeries {
  #scripts = new ScriptTable();

  /**
   * @param {object} [options]
   * @param {string} [options.file] keep the snapshot there, gzipped
   * @param {number} [options.threads] for the analysis
   * @param {boolean} [options.numericValues] make numbers visible; default true
   * @param {() => string | null} [options.allocations] asked for an AllocationProfile's tree
   * @param {(options: object, scripts: object[], stream: boolean) => object} [options.open] makes the
   *   addon's capture; default: one that only keeps the file
   * @returns {Promise<{ mode: 'inline', stallMs: number, bytes: number, file: string | null, fileBytes: number, analysis: string | null }>}
   */
  async capture({ file, threads, numericValues = true, allocations, open = native.openInlineCapture } = {}) {
    const started = performance.now();
    let capture;
    try {
      const given = { file, threads, heap: heapShape(), allocations: allocations?.() ?? undefined };
      capture = open(given, this.#scripts.list(), !PIPES_HAVE_PATHS);
      const settings = { exposeNumericValues: numericValues };
      if (capture.path === null) await pump(v8.getHeapSnapshot(settings), capture);
      else v8.writeHeapSnapshot(capture.path, settings);
    } catch (error) {
      // A broken pipe is only the echo of what went wrong on the reading side.
      const reason = await capture?.abandon().then(() => error, (cause) => cause);
      throw fromNative(reason ?? error);
    }
    // A stream is serialised turn by turn, so there this is an upper bound.
    const stallMs = performance.now() - started;
    return { mode: 'inline', stallMs, ...(await finish(capture)) };
  }

  /** Frees the app of the price. */
  end() {
    this.#scripts.close();
  }
}

/** One capture on its own, which leaves no price to pay. Options and result: see InlineSeries. */
async function captureInline(options) {
  const series = new InlineSeries();
  try {
    return await series.capture(options);
  } finally {
    series.end();
  }
}

/** Feeds a stream of chunks to the addon, no faster than it reads. */
async function pump(stream, capture) {
  for await (const chunk of stream) {
    capture.write(chunk);
    while (capture.pending > MAX_PENDING) await sleep(5);
  }
}

/** Waits for what the addon makes of the bytes. */
async function finish(capture) {
  try {
    const { bytes, file = null, fileBytes, analysis = null } = await capture.finish();
    return { bytes, file, fileBytes, analysis };
  } catch (error) {
    throw fromNative(error);
  }
}

module.exports = { InlineSeries, captureInline, finish, pump };
