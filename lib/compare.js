'use strict';

// compare(): what changed from one snapshot to later ones of the same process, and what leaks.

const native = require('./addon.js');
const { abortable } = require('./abort.js');
const { countArgument, pathArgument, progressArgument, threadsArgument } = require('./arguments.js');
const { LeakguardError } = require('./errors.js');

/** @type {typeof import('..').compare} */
async function compare(files, { iterations, onProgress, signal, threads } = {}) {
  if (!Array.isArray(files) || files.length < 2) {
    throw new LeakguardError('LG_ARGUMENT', 'files must be an array of at least two paths, oldest first');
  }
  const paths = files.map((file, i) => pathArgument(file, `files[${i}]`));
  const work = iterations === undefined ? 0 : countArgument(iterations, 'iterations');
  const progress = progressArgument(onProgress);
  const count = threadsArgument(threads);
  return JSON.parse(await abortable(signal, (cancel) => native.diffFiles(paths, work, count, cancel, progress)));
}

module.exports = { compare };
