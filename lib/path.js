'use strict';

// retainingPaths(): who keeps one object of a snapshot alive.

const native = require('./addon.js');
const { abortable } = require('./abort.js');
const { countArgument, pathArgument, progressArgument, threadsArgument } = require('./arguments.js');

/** Of the object with V8's `id`; at most `count` paths, the most telling one first. */
async function retainingPaths(file, id, { count = 1, onProgress, signal, threads } = {}) {
  const path = pathArgument(file, 'file');
  const object = countArgument(id, 'id');
  const most = countArgument(count, 'count');
  const progress = progressArgument(onProgress);
  const cores = threadsArgument(threads);
  return JSON.parse(await abortable(signal, (cancel) => native.pathFile(path, object, most, cores, cancel, progress)));
}

module.exports = { retainingPaths };
