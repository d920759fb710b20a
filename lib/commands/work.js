'use strict';

// What the offline verbs have in common: a progress line, Ctrl-C, and all cores, since nobody else is served
// by this process.

const { availableParallelism } = require('node:os');
const { ProgressLine } = require('../progress.js');

const THREADS = { flags: '--threads <n>', description: 'threads to use (default: all cores)', parse: wholeNumber };

/** Runs `work({ onProgress, signal, threads })` with a progress line on `stderr`. */
async function withProgress({ options, stderr, signal }, work) {
  const line = new ProgressLine(stderr);
  try {
    return await work({ onProgress: (at) => line.update(at), signal, threads: options.threads ?? availableParallelism() });
  } finally {
    line.clear();
  }
}

/** For options that count something. */
function wholeNumber(text) {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new Error('It must be a whole number of at least 1.');
  return Number(text);
}

module.exports = { THREADS, wholeNumber, withProgress };
