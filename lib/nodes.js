'use strict';

// writeNodes(): one row for every node of a snapshot, written by the addon itself.

const native = require('./addon.js');
const { abortable } = require('./abort.js');
const { pathArgument, progressArgument, threadsArgument } = require('./arguments.js');
const { LeakguardError } = require('./errors.js');

const FORMATS = ['ndjson', 'csv'];

/**
 * Writes the rows to the file `output`, or to standard output if that is `-`.
 * @returns {Promise<boolean>} false if the reader of standard output went away before the end
 */
async function writeNodes(file, { format = 'ndjson', output = '-', onProgress, signal, threads } = {}) {
  const path = pathArgument(file, 'file');
  const target = pathArgument(output, 'output');
  if (!FORMATS.includes(format)) throw new LeakguardError('LG_ARGUMENT', `format must be one of ${FORMATS.join(', ')}`);
  const progress = progressArgument(onProgress);
  const count = threadsArgument(threads);
  return abortable(signal, (cancel) => native.nodesFile(path, format, target, count, cancel, progress));
}

module.exports = { FORMATS, writeNodes };
