'use strict';

// A snapshot of this isolate handed to the addon, in one turn of the event loop.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const v8 = require('node:v8');

const { fromNative } = require('../errors.js');

const CHUNK = 1 << 20;

/**
 * @template T
 * @param {(stream: boolean) => T} open one of the addon's openers
 * @returns {T} what it opened, finished
 */
function snapshotInto(open) {
  let reading;
  try {
    reading = open(process.platform === 'win32');
    if (reading.path === null) throughFile(reading);
    else v8.writeHeapSnapshot(reading.path);
    reading.finish();
  } catch (error) {
    throw fromNative(error);
  }
  return reading;
}

// Where pipes have no path.
function throughFile(reading) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-'));
  try {
    const file = path.join(directory, 'snapshot');
    v8.writeHeapSnapshot(file);
    const descriptor = fs.openSync(file, 'r');
    try {
      const chunk = Buffer.alloc(CHUNK);
      for (let count; (count = fs.readSync(descriptor, chunk)) > 0; ) reading.write(chunk.subarray(0, count));
    } finally {
      fs.closeSync(descriptor);
    }
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

module.exports = { snapshotInto };
