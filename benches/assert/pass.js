'use strict';

// Some runs in a process of its own: `node pass.js ID…`. Asserts on each case of the corpus in turn, with the default options, and
// writes one line of JSON for each to descriptor 3; what the cases log goes to standard output.

const { readFileSync, writeSync } = require('node:fs');

const { assertNoLeak } = require('../../lib/test/index.js');
const { CASES } = require('./corpus.js');

async function main(ids) {
  for (const id of ids) {
    const { leak, make } = CASES.get(id);
    const started = performance.now();
    const cpu = cpuMs();
    const run = make();
    const result = await assertNoLeak(run).catch((error) => error);
    const spent = cpuMs() - cpu;
    run.close?.();
    const verdict = result.code ?? result.verdict;
    const why = verdict === 'healthy' ? '' : (result.reason ?? result.message).split('\n')[0];
    // A failure says in its message how many calls were made.
    const calls = result.calls ?? Number(/trial +(\d+) calls/.exec(result.message)?.[1] ?? NaN);
    const { captures = null } = result;
    const row = { id, leak, verdict, why, calls, captures, ms: Math.round(performance.now() - started), cpuMs: Math.round(spent) };
    writeSync(3, `${JSON.stringify(row)}\n`);
  }
  // What a leaking case left running, a timer say, must not keep the process.
  process.exit();
}

// Of this process and of the forked children that have ended; Linux says it in hundredths of a second.
function cpuMs() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

main(process.argv.slice(2));
