'use strict';

const v8 = require('node:v8');

/**
 * Used bytes of this isolate's heap, in spaces for ordinary objects and in those for large ones: what the
 * memory a snapshot needs is estimated from. Space names: v8-internal.h, e.g. `old_space`, `code_large_object_space`.
 */
function heapShape() {
  let small = 0;
  let large = 0;
  for (const { space_name: name, space_used_size: used } of v8.getHeapSpaceStatistics()) {
    if (name.includes('large_object')) large += used;
    else if (name !== 'read_only_space') small += used;
  }
  return { small, large };
}

module.exports = { heapShape };
