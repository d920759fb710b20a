'use strict';

// scrub(): a shareable copy of a snapshot. What is replaced, and why: docs/scrub.md.

const { basename, dirname, join, resolve } = require('node:path');
const native = require('./addon.js');
const { abortable } = require('./abort.js');
const { LeakguardError } = require('./errors.js');
const { pathArgument, progressArgument } = require('./arguments.js');

/**
 * Writes a copy of the snapshot `file` in which every string the program held is replaced by its length.
 * @returns {Promise<{ output: string, strings: number, replaced: number, separated: number }>}
 */
async function scrub(file, { output, onProgress, signal } = {}) {
  const input = pathArgument(file, 'file');
  const target = output === undefined ? defaultOutput(input) : pathArgument(output, 'output');
  if (resolve(input) === resolve(target)) {
    throw new LeakguardError('LG_ARGUMENT', 'the scrubbed copy cannot replace the snapshot it is made from');
  }
  const progress = progressArgument(onProgress);
  const json = await abortable(signal, (cancel) => native.scrubFile(input, target, cancel, progress));
  return { output: target, ...JSON.parse(json) };
}

/** `dir/heap.heapsnapshot.gz` to `dir/heap.scrubbed.heapsnapshot.gz`. */
function defaultOutput(input) {
  const name = basename(input);
  const [, stem, extension] = /^(.*?)((?:\.heapsnapshot)?(?:\.gz)?)$/s.exec(name);
  return join(dirname(input), `${stem}.scrubbed${extension}`);
}

module.exports = { scrub };
