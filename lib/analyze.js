'use strict';

// analyze(): what one snapshot holds, by class.

const native = require('./addon.js');
const { abortable } = require('./abort.js');
const { pathArgument, progressArgument, threadsArgument } = require('./arguments.js');

/** @type {typeof import('..').analyze} */
async function analyze(file, { onProgress, signal, threads } = {}) {
  const path = pathArgument(file, 'file');
  const progress = progressArgument(onProgress);
  const count = threadsArgument(threads);
  return JSON.parse(await abortable(signal, (cancel) => native.analyzeFile(path, count, cancel, progress)));
}

module.exports = { analyze };
