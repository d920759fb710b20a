'use strict';

const v8 = require('node:v8');
const vm = require('node:vm');
const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');

const { memoryUsage } = require('./memory-usage.js');

let collect = null;

// V8's own gc(), without a command-line flag and without a global that the app could see.
// The function lives in a context of its own, made once and kept: making one for each call would
// itself grow the heap by half a megabyte a time.
function gcFunction() {
  if (collect === null) {
    if (typeof globalThis.gc === 'function') {
      collect = globalThis.gc;
    } else {
      v8.setFlagsFromString('--expose-gc');
      collect = vm.runInNewContext('gc');
      v8.setFlagsFromString('--no-expose-gc');
    }
  }
  return collect;
}

// Collects until nothing more goes. One gc() is not enough: finalizers, weak callbacks and closing
// sockets run between collections and free more.
// `quietMs`: how long the event loop may work off what it still has before the first collection.
async function settle({ quietMs = 50, maxPasses = 6 } = {}) {
  const gc = gcFunction();
  if (quietMs > 0) await sleep(quietMs);
  let used = Infinity;
  for (let pass = 0; pass < maxPasses; pass++) {
    gc();
    await turn();
    await turn();
    const now = memoryUsage();
    const total = now.heapUsed + now.external;
    // Within 0.1 %: what is left moves by its own (the event loop's own allocations).
    if (total >= used * 0.999) break;
    used = total;
  }
  gc();
  const { heapUsed, heapTotal, external, arrayBuffers, rss } = memoryUsage();
  return { heapUsed, heapTotal, external, arrayBuffers, rss };
}

module.exports = { gcFunction, settle };
