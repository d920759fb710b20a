'use strict';

// leakguard's own API under its own leak check: `npm run test:self-leak`. Its verdict on each module here must be
// `healthy`; and in a process that does the same 2,000 times, resident memory must not grow, which a leak
// outside the V8 heap would show.

const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

const { hunt } = require('../..');

const HUNTS = [
  { name: 'offline', iterations: 60, warmup: 40 },
  { name: 'guard', iterations: 80, warmup: 40 },
];
const CALLS = 2000;
// Allocators keep some of what was freed, more of it the more threads come and go.
const GROWTH_MB = 32;

async function main() {
  for (const { name, ...options } of HUNTS) {
    const { verdict, reason, suspects, seconds } = await hunt({ iterate: join(__dirname, `${name}.js`), rounds: 4, ...options });
    console.log(`${name}: ${verdict} after ${Math.round(seconds)} s. ${reason}`);
    for (const { sentence } of suspects) console.log(`  ${sentence}`);
    if (verdict !== 'healthy') process.exitCode = 1;
  }
  const [early, late] = JSON.parse(execFileSync(process.execPath, [__filename, 'calls'], { encoding: 'utf8' }));
  const grown = late - early;
  console.log(`resident memory after ${CALLS / 4} and ${CALLS} starts, stops and analyses: ${early} and ${late} MB`);
  if (grown > GROWTH_MB) {
    console.log(`it grew by ${grown} MB: at most ${GROWTH_MB} are allowed`);
    process.exitCode = 1;
  }
}

/** Prints resident MB after a quarter of the calls and after all. */
async function calls() {
  const { start, analyze } = require('../..');
  const missing = join(__dirname, 'missing');
  const resident = [];
  for (let i = 1; i <= CALLS; i++) {
    const guard = start({ snapshotDir: false });
    guard.metrics();
    await guard.stop();
    await analyze(missing).catch(() => {});
    if (i === CALLS / 4 || i === CALLS) resident.push(Math.round(process.memoryUsage.rss() / 2 ** 20));
  }
  console.log(JSON.stringify(resident));
}

if (process.argv[2] === 'calls') calls();
else main();
