'use strict';

// Preloaded: whoever requires the original, by name or by the path of its main file, gets ours. Nothing else changes,
// but that an example's waits of minutes take seconds.

const Module = require('node:module');
const path = require('node:path');

const { LEAKGUARD_DROPIN_FOLDER: folder, LEAKGUARD_DROPIN_NAME: name, LEAKGUARD_DROPIN: dropin } = process.env;
const ours = path.join(__dirname, '..', '..', 'lib', 'dropins', `${path.basename(dropin)}.js`);
const LONG_MS = 30_000;

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const from = parent?.filename ? path.dirname(parent.filename) : '';
  const isMain = request.startsWith('.') && path.resolve(from, request) === folder;
  return request === name || isMain ? ours : resolve.call(this, request, parent, ...rest);
};

const { setTimeout } = globalThis;
globalThis.setTimeout = (callback, ms, ...args) => {
  // The examples that wait for long also have an interval that never ends.
  const finish = (...values) => {
    callback(...values);
    setTimeout(() => process.exit(), 1000).unref();
  };
  return ms > LONG_MS ? setTimeout(finish, 1000, ...args) : setTimeout(callback, ms, ...args);
};
