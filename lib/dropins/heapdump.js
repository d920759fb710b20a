'use strict';

// require('leakguard/heapdump') in place of require('heapdump'): see docs/drop-ins.md.

const v8 = require('node:v8');
const { isMainThread } = require('node:worker_threads');

// Of a kind with the original's: `heapdump-<sec>.<usec>.heapsnapshot` in the working directory.
function defaultName() {
  const microseconds = Math.round((performance.timeOrigin + performance.now()) * 1000);
  const fraction = String(microseconds % 1e6).padStart(6, '0');
  return `heapdump-${Math.floor(microseconds / 1e6)}.${fraction}.heapsnapshot`;
}

/**
 * Writes a snapshot, synchronously; with a callback, that is called before this returns. Anything else than a
 * string as `filename` stands for a name made of the time.
 *
 * @param {string | ((error: Error | null, filename?: string) => void)} [filename]
 * @param {(error: Error | null, filename?: string) => void} [callback]
 * @returns {boolean} whether it was written
 */
function writeSnapshot(filename, callback) {
  if (typeof filename === 'function') [filename, callback] = [undefined, filename];
  const name = typeof filename === 'string' ? filename : defaultName();
  try {
    v8.writeHeapSnapshot(name);
  } catch (cause) {
    callback?.(new Error(`heapdump write error ${cause.code ?? cause.message}`, { cause }));
    return false;
  }
  callback?.(null, name);
  return true;
}

/** Whether SIGUSR2 shall write a snapshot: `NODE_HEAPDUMP_OPTIONS`, a list of `signal` and `nosignal`. */
function wantsSignal(options) {
  let wanted = true;
  for (const option of options.split(/\s*,\s*/)) {
    if (option === 'signal') wanted = true;
    else if (option === 'nosignal') wanted = false;
    else if (option !== '') console.error('leakguard/heapdump: unrecognized option:', option);
  }
  return wanted;
}

// Windows has no such signal, and worker threads are sent none.
if (isMainThread && process.platform !== 'win32' && wantsSignal(process.env.NODE_HEAPDUMP_OPTIONS ?? '')) {
  process.on('SIGUSR2', () => {
    writeSnapshot((error) => {
      if (error) process.emitWarning(error.message, { type: 'LeakguardWarning', code: 'LG_WRITE' });
    });
  });
}

module.exports = { writeSnapshot };
