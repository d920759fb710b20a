'use strict';

// The app of the benchmark: serves, measures its own event loop and memory, and captures itself in the way
// it was told (argv: way, heap in MB). Answers each message from its parent with one of its own.

const { rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { promisify } = require('node:util');
const v8 = require('node:v8');

const { captureFork } = require('../../lib/capture/fork.js');
const { captureInline } = require('../../lib/capture/inline.js');
const { fill, listen } = require('./app.js');

const [way, megabytes] = process.argv.slice(2);
const file = join(tmpdir(), `leakguard-bench-${process.pid}.heapsnapshot`);

const WAYS = {
  fork: () => captureFork({ file: `${file}.gz` }),
  // For machines too busy to let a child of the lowest priority run.
  'fork-inherited': () => captureFork({ file: `${file}.gz`, lowPriority: false }),
  // In a container whose processor time is rationed: 'fork' holds the child to a quarter of the ration, this does not.
  'fork-unpaced': () => captureFork({ file: `${file}.gz`, cpuPercent: 0 }),
  inline: () => captureInline({ file: `${file}.gz` }),
  v8: () => {
    v8.writeHeapSnapshot(file);
    return {};
  },
  // No dependency of ours: `npm install --prefix benches/peers heapdump` where it builds.
  heapdump: async () => {
    let heapdump;
    try {
      heapdump = require(require.resolve('heapdump', { paths: [join(__dirname, '..', 'peers')] }));
    } catch (error) {
      throw Object.assign(new Error('heapdump is not installed'), { code: 'not installed', cause: error });
    }
    await promisify(heapdump.writeSnapshot)(file);
    return {};
  },
};

// The longest gap between two turns of the event loop, and the largest resident size, since the last reset.
let stallMs = 0;
let peakRss = 0;
let cpu = process.cpuUsage();
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  stallMs = Math.max(stallMs, now - last);
  last = now;
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, 2);

function reset() {
  const { user, system } = process.cpuUsage(cpu);
  const state = { stallMs, peakRss, rss: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
  [stallMs, peakRss, cpu, last] = [0, 0, process.cpuUsage(), performance.now()];
  return state;
}

async function capture() {
  const started = performance.now();
  try {
    const { childBytes, forks } = await WAYS[way]();
    return { elapsedMs: performance.now() - started, childBytes, forks };
  } catch (error) {
    return { error: error.code ?? error.message };
  }
}

const kept = fill(Number(megabytes));
listen().then((server) => {
  process.on('message', async (message) => {
    if (message === 'stop') {
      for (const name of [file, `${file}.gz`]) rmSync(name, { force: true });
      process.exit(0);
    }
    const answers = { reset, capture };
    process.send(await answers[message]());
  });
  process.on('disconnect', () => process.exit(1));
  process.send({ port: server.address().port, objects: kept.kept.length });
});
