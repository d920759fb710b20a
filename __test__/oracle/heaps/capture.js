'use strict';

// What every heap program shares: `node PROGRAM PREFIX [exposed]` writes PREFIX-a.heapsnapshot, does more of the
// same work and writes PREFIX-b.heapsnapshot, so that the two can be compared.

const v8 = require('node:v8');

const [, , prefix, mode] = process.argv;
if (!prefix) throw new Error(`usage: node ${process.argv[1]} PREFIX [exposed]`);

/** DevTools itself captures with both of these on; Node's default is both off. */
const options = mode === 'exposed' ? { exposeInternals: true, exposeNumericValues: true } : undefined;

/** Whatever must stay alive until the program ends. */
const kept = (globalThis.kept = []);

function capture(name) {
  return v8.writeHeapSnapshot(`${prefix}-${name}.heapsnapshot`, options);
}

module.exports = { capture, kept, prefix };
