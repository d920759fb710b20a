'use strict';

// One case under Jest: 1000 calls.

const { CASES } = require('../corpus.js');

test('1000 calls', async () => {
  const run = CASES.get(process.env.LEAKGUARD_BENCH_CASE).make();
  for (let i = 0; i < 1000; i++) await run(i);
  run.close?.();
}, 60_000);
