'use strict';

// `npm run bench:capture`: what a capture costs a server under constant load, for each way of taking one.
//
//   npm run bench:capture -- [heapMB=100,500,1000] [ways=fork,inline,v8] [captures=1]
//
// For each heap size and way a fresh app is started: an HTTP server with a heap of that size, four
// connections that send a request every 20 ms from another process, and captures in its middle. Prints one
// JSON line per run and a table at the end. Latencies are the client's, in ms; the longest stall is
// measured inside the app, as the longest gap between two turns of its event loop.

const { fork } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');

const CONNECTIONS = 4;
const INTERVAL_MS = 20;
const QUIET_MS = 5000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function measure(way, megabytes, captures) {
  const app = fork(join(__dirname, 'subject.js'), [way, megabytes], { execArgv: ['--max-old-space-size=4096'] });
  const ask = async (message) => {
    app.send(message);
    const [answer] = await once(app, 'message');
    return answer;
  };
  const [{ port }] = await once(app, 'message');
  const load = fork(join(__dirname, 'load.js'), [port, CONNECTIONS, INTERVAL_MS]);
  const latencies = async (what = 'report') => {
    load.send(what);
    const [answer] = await once(load, 'message');
    return answer;
  };
  await sleep(QUIET_MS);
  await latencies();
  await ask('reset');
  await sleep(QUIET_MS);
  const before = { ...(await latencies()), ...(await ask('reset')), ...(await ask('speed')) };
  await latencies();
  const taken = [];
  for (let i = 0; i < captures; i++) taken.push(await ask('capture'));
  const during = { ...(await latencies()), ...(await ask('reset')) };
  await sleep(QUIET_MS);
  const after = { ...(await latencies()), ...(await ask('reset')), ...(await ask('speed')) };
  await latencies('stop');
  app.send('stop');
  await once(app, 'exit');
  return { node: process.version, way, megabytes, captures: taken, before, during, after };
}

function row({ way, megabytes, captures, before, during, after }) {
  const good = captures.filter(({ error }) => error === undefined);
  const longest = (key) => Math.max(0, ...good.map((one) => one[key] ?? 0));
  const round = (value) => Math.round(value * 10) / 10;
  return {
    'heap MB': megabytes,
    way,
    captured: `${good.length}/${captures.length}`,
    'stall ms': round(during.stallMs),
    'p99 before': round(before.p99),
    'p99 during': round(during.p99),
    'p99 after': round(after.p99),
    'max during': round(during.max),
    // Bursts that allocate: how much longer they take afterwards.
    'tax %': round((after.burstMs / before.burstMs - 1) * 100),
    'app +MB': round((during.peakRss - before.rss) / 2 ** 20),
    'app CPU s': round(during.cpuMs / 1000),
    'child MB': round(longest('childBytes') / 2 ** 20),
    'result s': round(longest('elapsedMs') / 1000),
    failed: before.failed.length + during.failed.length + after.failed.length,
  };
}

async function main() {
  const [sizes = '100,500,1000', ways = 'fork,inline,v8', captures = '1'] = process.argv.slice(2);
  const rows = [];
  for (const megabytes of sizes.split(',').map(Number)) {
    for (const way of ways.split(',')) {
      const result = await measure(way, megabytes, Number(captures));
      process.stdout.write(`${JSON.stringify(result)}\n`);
      rows.push(row(result));
    }
  }
  console.table(rows);
}

main();
