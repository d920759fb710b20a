'use strict';

// Loads a snapshot file the way the DevTools front end does: text chunks into the loader, the dominator
// stage in a second thread.

const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const { pipeline } = require('node:stream/promises');
const { pathToFileURL } = require('node:url');
const { Worker } = require('node:worker_threads');
const { bundle } = require('./bundle.js');

/** DevTools' own chunk size when it reads a snapshot from disk. */
const CHUNK_BYTES = 10_000_000;
/** Below this a second thread costs more than it does. */
const SECOND_THREAD_FROM_BYTES = 500_000;

async function devtools() {
  // Node 20 lacks it; DevTools targets current browsers.
  Promise.withResolvers ??= function withResolvers() {
    let resolve;
    let reject;
    const promise = new this((res, rej) => { resolve = res; reject = rej; });
    return { promise, resolve, reject };
  };
  const modules = await import(pathToFileURL(await bundle()));
  tolerateShortTraceTables(modules.HeapSnapshot.JSHeapSnapshot.prototype);
  return modules;
}

/**
 * Node 24 and 26 write more trace functions than `snapshot.trace_function_count` says. DevTools sizes its table by the
 * header and then fails to open the file, in the very last step, when all that we ask it about is already computed.
 */
function tolerateShortTraceTables(prototype) {
  if (Object.hasOwn(prototype, 'toleratesShortTraceTables')) return;
  const { initialize } = prototype;
  prototype.toleratesShortTraceTables = true;
  prototype.initialize = async function initializeTolerantly(port) {
    try {
      await initialize.call(this, port);
    } catch (error) {
      if (!this.getStatistics() || !/addTraceTopNode/.test(error.message)) throw error;
    }
  };
}

/**
 * @param {string} file plain or gzip (by its name)
 * @returns {Promise<object>} DevTools' JSHeapSnapshot, initialised
 */
async function load(file) {
  const { HeapSnapshot, HeapSnapshotLoader } = await devtools();
  const loader = new HeapSnapshotLoader.HeapSnapshotLoader({ sendEvent() {} });
  const source = fs.createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const write = async (chunks) => {
    const decoder = new TextDecoder();
    for await (const chunk of chunks) {
      loader.write(decoder.decode(chunk, { stream: true }));
      // The loader parses in promise jobs: let it catch up, so that chunks do not pile up.
      await new Promise(setImmediate);
    }
    loader.write(decoder.decode());
  };
  await (file.endsWith('.gz') ? pipeline(source, zlib.createGunzip(), write) : pipeline(source, write));
  loader.close();

  const { port1, port2 } = new MessageChannel();
  if (fs.statSync(file).size < SECOND_THREAD_FROM_BYTES) {
    new HeapSnapshot.SecondaryInitManager(port2);
    return loader.buildSnapshot(port1).finally(() => port1.close());
  }
  const second = new Worker(path.join(__dirname, 'second-thread.js'), { workerData: { port: port2 }, transferList: [port2] });
  try {
    const failed = new Promise((_, reject) => second.once('error', reject));
    return await Promise.race([loader.buildSnapshot(port1), failed]);
  } finally {
    port1.close();
    await second.terminate();
  }
}

module.exports = { devtools, load };
