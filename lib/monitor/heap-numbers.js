'use strict';

const v8 = require('node:v8');

const { memoryUsage } = require('../memory-usage.js');

// The heap in numbers, to be read right after a major collection. Bytes.
//
// `oldUsed` leaves the young generation out: JavaScript hears of a collection a moment after it ended, and
// what was made in that moment is not what survived.
function heapNumbers() {
  const { used_heap_size: used, total_heap_size: total, total_physical_size: physical, heap_size_limit: limit } = v8.getHeapStatistics();
  const { external, arrayBuffers, rss } = memoryUsage();
  let young = 0;
  for (const { space_name: name, space_used_size: size } of v8.getHeapSpaceStatistics()) {
    if (name === 'new_space' || name === 'new_large_object_space') young += size;
  }
  return { oldUsed: used - young, used, total, physical, limit, external, arrayBuffers, rss };
}

module.exports = { heapNumbers };
