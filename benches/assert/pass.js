'use strict';

// One pass in a process of its own: `node pass.js SEED [healthy|leaks]`. Asserts on every case of the corpus in an order that the
// seed gives, and writes one line of JSON for each to descriptor 3; what the cases log goes to standard output.

const { writeSync } = require('node:fs');
const { assertNoLeak } = require('../../lib/test/index.js');
const { cases, makeCase } = require('./corpus.js');

// mulberry32
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

async function main(seed, only) {
  const next = random(seed);
  const order = cases()
    .filter(({ leak }) => only === undefined || (only === 'healthy') === (leak === 'healthy'))
    .map((one) => [next(), one])
    .sort(([a], [b]) => a - b);
  for (const [, one] of order) {
    const started = performance.now();
    const cpu = process.cpuUsage();
    const result = await assertNoLeak(makeCase(one)).catch((error) => error);
    const { user, system } = process.cpuUsage(cpu);
    const verdict = result.code ?? result.verdict;
    const why = verdict === 'healthy' ? '' : (result.reason ?? result.message).split('\n')[0];
    const row = { ...one, seed, verdict, why, ms: performance.now() - started, cpuMs: (user + system) / 1000, captures: result.captures ?? null };
    writeSync(3, `${JSON.stringify(row)}\n`);
  }
}

main(Number(process.argv[2]), process.argv[3]);
