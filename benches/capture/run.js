'use strict';

// `npm run bench:capture`: what a capture costs a server under constant load, for each way of taking one.
//
//   npm run bench:capture -- [--sizes 100,500,1000] [--ways fork,inline,v8,heapdump] [--captures 1] [--limit 120]
//   npm run bench:capture -- --footprint [--sizes 500]
//
// For each heap size and way a fresh app is started: an HTTP server with a heap of that size, four connections
// that send a request every 20 ms from another process, and captures in its middle. A run that has not got its
// captures after `--limit` seconds is ended, and its row says so. Prints a JSON line per run and a table at the end.
// Latencies are the client's, in ms; the longest stall is measured inside the app, as the longest gap between two turns
// of its event loop. What a guard costs that only watches: `npm run bench:overhead`.

const { fork } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');
const { parseArgs } = require('node:util');

const { footprint } = require('./footprint.js');

const CONNECTIONS = 4;
const INTERVAL_MS = 20;
const QUIET_MS = 5000;
// From the start of an app to the first request it answers: a heap of 1,000 MB takes a while to fill.
const FILL_MS = 120_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A child process that answers each message with one. */
class Peer {
  #child;
  #gone;

  constructor(script, args, options) {
    this.#child = fork(join(__dirname, script), args, options);
    this.#gone = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`ended by ${signal ?? code}`);
    });
    this.#gone.catch(() => {});
  }

  async answer(withinMs) {
    const message = once(this.#child, 'message', { signal: AbortSignal.timeout(withinMs) });
    message.catch(() => {});
    return (await Promise.race([message, this.#gone]))[0];
  }

  ask(what, withinMs = 60_000) {
    const answer = this.answer(withinMs);
    this.#child.send(what);
    return answer;
  }

  end() {
    this.#child.kill('SIGKILL');
  }
}

/** One run; what it lacks was not reached. */
async function measure(way, megabytes, { captures, limitMs }) {
  const app = new Peer('subject.js', [way, megabytes], { execArgv: ['--max-old-space-size=4096'] });
  const run = { node: process.version, way, megabytes, captures: [] };
  let load;
  try {
    const { port } = await app.answer(FILL_MS);
    load = new Peer('load.js', [port, CONNECTIONS, INTERVAL_MS]);
    const state = async () => ({ ...(await load.ask('report')), ...(await app.ask('reset')) });
    await sleep(QUIET_MS);
    await state();
    await sleep(QUIET_MS);
    run.before = await state();
    for (let i = 0; i < captures; i++) run.captures.push(await app.ask('capture', limitMs));
    run.during = await state();
    await sleep(QUIET_MS);
    run.after = await state();
  } catch (error) {
    run.ended = error.name === 'AbortError' ? `after ${limitMs / 1000} s` : error.message;
  } finally {
    load?.end();
    await app.ask('stop', 10_000).catch(() => {});
    app.end();
  }
  return run;
}

const cost = (part) => part?.cpuMs / part?.requests;

function row({ way, megabytes, captures, before, during, after, ended }) {
  const good = captures.filter(({ error }) => error === undefined);
  const longest = (key) => Math.max(0, ...good.map((one) => one[key] ?? 0));
  const round = (value) => (Number.isFinite(value) ? Math.round(value * 10) / 10 : '');
  return {
    'heap MB': megabytes,
    way,
    captured: ended ?? captures.find(({ error }) => error)?.error ?? `${good.length}/${captures.length}`,
    'stall ms': round(during?.stallMs),
    'req/s before': round(before?.perSecond),
    'req/s after': round(after?.perSecond),
    'p50 before': round(before?.p50),
    'p50 during': round(during?.p50),
    'p50 after': round(after?.p50),
    'p99 before': round(before?.p99),
    'p99 during': round(during?.p99),
    'p99 after': round(after?.p99),
    'max before': round(before?.max),
    'max during': round(during?.max),
    'max after': round(after?.max),
    // How much more processor time each request takes afterwards, which is throughput lost to the capture.
    'tax %': round((cost(after) / cost(before) - 1) * 100),
    'app +MB': round((during?.peakRss - before?.rss) / 2 ** 20),
    'app CPU s': round(during?.cpuMs / 1000),
    'child MB': round(longest('childBytes') / 2 ** 20),
    'result s': round(longest('elapsedMs') / 1000),
    'failed requests': [before, during, after].reduce((sum, part) => sum + (part?.failed.length ?? 0), 0),
  };
}

async function main() {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string' },
      ways: { type: 'string', default: 'fork,inline,v8,heapdump' },
      captures: { type: 'string', default: '1' },
      limit: { type: 'string', default: '120' },
      footprint: { type: 'boolean', default: false },
    },
  });
  const sizes = (values.sizes ?? (values.footprint ? '500' : '100,500,1000')).split(',').map(Number);
  const rows = [];
  if (values.footprint) {
    for (const megabytes of sizes) rows.push(await footprint(megabytes));
    console.table(rows);
    return;
  }
  for (const megabytes of sizes) {
    for (const way of values.ways.split(',')) {
      const result = await measure(way, megabytes, { captures: Number(values.captures), limitMs: Number(values.limit) * 1000 });
      process.stdout.write(`${JSON.stringify(result)}\n`);
      rows.push(row(result));
    }
  }
  console.table(rows);
}

main();
