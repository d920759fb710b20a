'use strict';

// Checks of arguments that several public functions take. They throw; what they return is ready for the addon.

const { availableParallelism } = require('node:os');
const { fileURLToPath } = require('node:url');
const { LeakguardError } = require('./errors.js');

/** A path: a non-empty string or a file: URL. `-` is standard input. */
function pathArgument(value, name) {
  if (typeof value === 'string' && value !== '') return value;
  if (value instanceof URL && value.protocol === 'file:') return fileURLToPath(value);
  throw new LeakguardError('LG_ARGUMENT', `${name} must be a path (a string or a file: URL)`);
}

/**
 * `onProgress({ phase, done, total })` as the addon calls it, with three arguments. What the callback throws
 * must not end the process from inside a native frame, so it is thrown again on its own.
 */
function progressArgument(onProgress) {
  if (onProgress === undefined || onProgress === null) return undefined;
  if (typeof onProgress !== 'function') throw new LeakguardError('LG_ARGUMENT', 'onProgress must be a function');
  return (phase, done, total) => {
    try {
      onProgress({ phase, done, total });
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  };
}

/** How many threads to use: by default half the cores, because leakguard is a guest in its caller's process. */
function threadsArgument(threads) {
  if (threads === undefined) return Math.max(1, Math.floor(availableParallelism() / 2));
  return countArgument(threads, 'threads');
}

/** A whole number of at least 1. */
function countArgument(value, name) {
  if (Number.isInteger(value) && value >= 1 && value <= 0xffff_ffff) return value;
  throw new LeakguardError('LG_ARGUMENT', `${name} must be a whole number of at least 1`);
}

module.exports = { countArgument, pathArgument, progressArgument, threadsArgument };
