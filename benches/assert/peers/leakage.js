'use strict';

// One case under leakage. Exit code: 0 when it finds no leak, 1 when it finds one, 2 when it fails.

const Module = require('node:module');
const path = require('node:path');

const { CASES } = require('../corpus.js');

const { LEAKGUARD_BENCH_CASE: id, LEAKGUARD_BENCH_HOME: home } = process.env;

// In the place of its native part.
const load = Module._load;
Module._load = (name, ...rest) => load(name === '@aidemaster/node-memwatch' ? require.resolve('../../../lib/dropins/memwatch.js') : name, ...rest);
const { MemoryLeakError, iterate } = require(path.join(home, 'node_modules', 'leakage'));

async function main() {
  const run = CASES.get(id).make();
  let calls = 0;
  const next = () => run(calls++);
  const isAsync = typeof next()?.then === 'function';
  try {
    await (isAsync ? iterate.async(next) : iterate(() => void next()));
    return 0;
  } catch (error) {
    if (error instanceof MemoryLeakError) return 1;
    console.error(error);
    return 2;
  }
}

main().then((code) => process.exit(code));
