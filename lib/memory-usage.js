'use strict';

const v8 = require('node:v8');

// process.memoryUsage(), which throws in a sandbox without /proc: there resident memory and array buffers are not
// known, and 0.
function memoryUsage() {
  try {
    return process.memoryUsage();
  } catch {
    const { used_heap_size: heapUsed, total_heap_size: heapTotal, external_memory: external } = v8.getHeapStatistics();
    return { heapUsed, heapTotal, external, arrayBuffers: 0, rss: 0 };
  }
}

module.exports = { memoryUsage };
