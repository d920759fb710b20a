'use strict';

// Many fork captures in a row, under a load that allocates heavily, with a worker thread busy too. Prints
// one JSON object: how the captures went, whether requests failed, and what was left behind.
//
//   node benches/capture/soak.js [captures=300] [heapMB=20] [lowest|inherited] [minutes]
//
// On a busy machine a child of the lowest priority hardly runs: let it inherit the app's there.

const { fork } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');
const { Worker } = require('node:worker_threads');

const { captureFork } = require('../../lib/capture/fork.js');
const { fill, listen } = require('./app.js');
const { processState } = require('./process-state.js');

const BUSY_WORKER = `
  const kept = [];
  setInterval(() => {
    for (let i = 0; i < 2000; i++) kept.push({ i });
    if (kept.length > 50_000) kept.length = 0;
  }, 5);
`;

async function soak({ captures, heapMegabytes, connections = 4, intervalMs = 20, lowPriority = true, minutes = Infinity }) {
  const kept = fill(heapMegabytes);
  const server = await listen();
  const worker = new Worker(BUSY_WORKER, { eval: true });
  await once(worker, 'online');
  const load = fork(join(__dirname, 'load.js'), [server.address().port, connections, intervalMs]);
  const ask = async (what) => {
    load.send(what);
    const [answer] = await once(load, 'message');
    return answer;
  };
  await ask('report');
  // The first capture loads modules and starts lazy threads; what comes after must leave nothing.
  await captureFork({ lowPriority });
  const started = performance.now();
  const before = processState();
  await ask('report');
  const taken = [];
  const deadline = started + minutes * 60_000;
  while (taken.length < captures && performance.now() < deadline) {
    const { forks, stallMs, elapsedMs, childBytes } = await captureFork({ lowPriority }).catch((error) => ({ forks: error.code }));
    taken.push({ forks, stallMs, elapsedMs, childBytes });
  }
  const after = processState();
  const requests = await ask('stop');
  await once(load, 'exit');
  await worker.terminate();
  server.closeAllConnections();
  server.close();
  const good = taken.filter(({ forks }) => typeof forks === 'number');
  const sorted = (key) => good.map((one) => one[key]).sort((a, b) => a - b);
  const spread = (key) => ({ median: sorted(key)[good.length >> 1], max: sorted(key).at(-1) });
  return {
    node: process.version,
    captures: taken.length,
    minutes: (performance.now() - started) / 60_000,
    heapMegabytes,
    lowPriority,
    succeeded: good.length,
    errors: taken.filter((one) => !good.includes(one)).map(({ forks }) => forks),
    retries: good.reduce((sum, { forks }) => sum + forks - 1, 0),
    capturesWithRetries: good.filter(({ forks }) => forks > 1).length,
    stallMs: spread('stallMs'),
    elapsedMs: spread('elapsedMs'),
    childBytes: spread('childBytes'),
    requests,
    before,
    after,
    keptObjects: kept.kept.length,
  };
}

if (require.main === module) {
  const [captures = 300, heapMegabytes = 20, priority = 'lowest', minutes = 600] = process.argv.slice(2);
  const lowPriority = priority === 'lowest';
  soak({ captures: Number(captures), heapMegabytes: Number(heapMegabytes), minutes: Number(minutes), lowPriority }).then((result) => {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  });
}

module.exports = { soak };
