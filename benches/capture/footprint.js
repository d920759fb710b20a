'use strict';

// What a guard's fork capture, analysis included, costs the app's own process: memory and processor time of an
// app that does nothing else meanwhile.
//
//   npm run bench:capture -- --footprint
//
// Resident memory is sampled from outside, since inside the measuring would be what is measured; the same for each
// thread's processor time. It starts this file once more as the app.

const { fork } = require('node:child_process');
const { once } = require('node:events');
const { readFileSync, readdirSync } = require('node:fs');

const SAMPLE_MS = 20;
const QUIET_MS = 2000;
// Of the kernel's clock that counts processor time.
const TICK_MS = 10;

/** Bytes resident, and processor time of each thread in ms, by thread. */
function look(pid) {
  const resident = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  const threads = new Map();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      threads.set(thread, { name: thread === String(pid) ? 'main' : name, ms: (Number(fields[11]) + Number(fields[12])) * TICK_MS });
    } catch {
      // It has ended since it was listed.
    }
  }
  return { resident, threads };
}

/** Watches until `until` settles: the largest resident size, and the processor time each thread took. */
async function watch(pid, until) {
  const first = look(pid);
  let peak = first.resident;
  const took = new Map();
  const sample = () => {
    const { resident, threads } = look(pid);
    peak = Math.max(peak, resident);
    for (const [thread, { name, ms }] of threads) took.set(thread, { name, ms: ms - (first.threads.get(thread)?.ms ?? 0) });
    return resident;
  };
  const timer = setInterval(sample, SAMPLE_MS);
  const value = await until;
  clearInterval(timer);
  const last = sample();
  const busiest = [...took.values()].sort((a, b) => b.ms - a.ms)[0];
  const total = [...took.values()].reduce((sum, { ms }) => sum + ms, 0);
  return { value, before: first.resident, peak, last, busiest, total };
}

async function footprint(megabytes) {
  const app = fork(__filename, [String(megabytes)], { execArgv: ['--max-old-space-size=4096', '--expose-gc'] });
  const answer = async (what) => {
    if (what) app.send(what);
    const [message] = await once(app, 'message');
    return message;
  };
  try {
    await answer();
    await watch(app.pid, new Promise((resolve) => setTimeout(resolve, QUIET_MS)));
    // The first loads modules and grows thread stacks once; the second is what a capture costs from then on.
    await answer('capture');
    const { value, before, peak, last, busiest, total } = await watch(app.pid, answer('capture'));
    if (value.error) throw new Error(value.error);
    const mb = (bytes) => Math.round((bytes / 2 ** 20) * 10) / 10;
    return {
      'heap MB': megabytes,
      'RSS before': mb(before),
      'highest +MB': mb(peak - before),
      'after +MB': mb(last - before),
      'child MB': mb(value.childBytes),
      'stall ms': Math.round(value.stallMs),
      'seconds': Math.round(value.elapsedMs / 100) / 10,
      'app CPU ms': total,
      'busiest thread': `${busiest.name}: ${busiest.ms} ms`,
    };
  } finally {
    app.kill('SIGKILL');
  }
}

async function serve(megabytes) {
  const { start } = require('../../lib/guard.js');
  const { fill } = require('./app.js');
  const kept = fill(megabytes);
  // What filling left would be collected in the middle of the measurement.
  gc();
  const guard = start({ mode: 'fork', lowPriority: false, monitor: false, signal: false, nearLimitPercent: false, snapshotDir: false });
  process.on('message', async () => {
    const { childBytes, stallMs, elapsedMs, error } = await guard.snapshot().catch((reason) => ({ error: reason.message }));
    process.send({ childBytes, stallMs, elapsedMs, error, objects: kept.kept.length });
  });
  process.send('ready');
}

if (require.main === module) serve(Number(process.argv[2]));

module.exports = { footprint };
