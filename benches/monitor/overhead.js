'use strict';

// What a guard costs a server that is busy all the time: processor time of all threads per request.
//
//   npm run bench:overhead -- [--what guard,everything,nothing] [--handler small] [--pairs 20] [--heap 50] [--idle 60]
//
// Two processes take turns, window by window of some 15 ms. In one, the guard is switched on and off from block to block;
// the other never has one, and tells how fast the machine is at that moment. So what differs between two processes
// (addresses, compiled code) and what other programs do to both cancels. A block is the median of its windows, which
// leaves out what happens rarely: a look every 5 s, a collection asked for every 10 s to 60 s. `--idle` has those: processor
// time of a guarded process that does nothing, in its first seconds. `nothing` switches nothing on: it shows what this
// measurement can tell apart. Prints a JSON line per measurement, and a table.

const { fork } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const { join } = require('node:path');
const { parseArgs } = require('node:util');

const { median } = require('../measure.js');
const { medianInterval } = require('./interval.js');

const WINDOW_US = 15_000;
const WARM_UP_REQUESTS = 60_000;
// After each switch, since a switch changes what code was compiled for.
const SETTLE_WINDOWS = 25;
const WINDOWS = 50;

class App {
  #child;
  #ended;

  constructor(...args) {
    // Threads of the collector that wait for each other use more time the busier the machine is.
    const execArgv = ['--max-old-space-size=4096', '--single-threaded-gc'];
    this.#child = fork(join(__dirname, 'app.js'), args.map(String), { execArgv });
    this.#ended = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`the server ended: ${signal ?? code}`);
    });
    this.#ended.catch(() => {});
  }

  async answer() {
    const [{ value }] = await Promise.race([once(this.#child, 'message'), this.#ended]);
    return value;
  }

  ask(ask, value) {
    this.#child.send({ ask, value });
    return this.answer();
  }

  end() {
    this.#child.kill('SIGKILL');
  }
}

async function measure(what, sink, { handler, pairs, heap }) {
  const apps = [new App(handler, heap, 'nothing', sink), new App(handler, heap, what, sink)];
  try {
    const [still, switched] = apps;
    for (const app of apps) await app.answer();
    for (const app of apps) await app.ask('serve', 1000);
    const about = (await still.ask('serve', 2000)) / 2000;
    for (const app of apps) await app.ask('serve', Math.min(WARM_UP_REQUESTS, Math.round(3e6 / about)));
    const requests = Math.max(8, Math.round((WINDOW_US * 1000) / (await still.ask('serve', 1000))));
    const blocks = [];
    for (let i = 0; i < 2 * pairs + 1; i++) {
      await switched.ask(i % 2 === 1 ? 'on' : 'off');
      const windows = [];
      for (let n = 0; n < SETTLE_WINDOWS + WINDOWS; n++) {
        const [one, other] = n % 2 === 0 ? [still, switched] : [switched, still];
        const us = new Map([[one, await one.ask('serve', requests)], [other, await other.ask('serve', requests)]]);
        if (n >= SETTLE_WINDOWS) windows.push([us.get(still) / requests, us.get(switched) / requests]);
      }
      blocks.push({ still: median(windows.map(([us]) => us)), ratio: median(windows.map(([a, b]) => b / a)) });
    }
    return { node: process.version, what, handler, heap, requests, blocks };
  } finally {
    for (const app of apps) app.end();
  }
}

// Each block with a guard beside the blocks before and after it, percent.
function row({ what, handler, heap, blocks }) {
  const excess = [];
  for (let i = 1; i < blocks.length; i += 2) excess.push(((2 * blocks[i].ratio) / (blocks[i - 1].ratio + blocks[i + 1].ratio) - 1) * 100);
  const { median: middle, low, high } = medianInterval(excess);
  const us = median(blocks.map(({ still }) => still)).toFixed(1);
  return { what, handler, 'heap MB': heap, 'us per request': us, 'more, %': middle.toFixed(2), '95 % interval': `${low.toFixed(2)} to ${high.toFixed(2)}` };
}

/** Processor time of a process that does nothing, percent of one processor. */
async function idle(what, sink, { handler, heap, idle: seconds }) {
  const app = new App(handler, heap, what, sink);
  try {
    await app.answer();
    await app.ask('on');
    await app.ask('idle', 1000);
    return (await app.ask('idle', seconds * 1000)) / seconds / 1e4;
  } finally {
    app.end();
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      what: { type: 'string', default: 'guard,everything,nothing' },
      handler: { type: 'string', default: 'small' },
      pairs: { type: 'string', default: '20' },
      heap: { type: 'string', default: '50' },
      idle: { type: 'string', default: '60' },
    },
  });
  const [pairs, heap, idleSeconds] = [values.pairs, values.heap, values.idle].map(Number);
  const options = { handler: values.handler, pairs, heap, idle: idleSeconds };
  const sink = http.createServer((request, response) => request.resume().on('end', () => response.end())).listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const { port } = sink.address();
  const rows = [];
  for (const what of values.what.split(',')) {
    if (pairs === 0) break;
    const result = await measure(what, port, options);
    process.stdout.write(`${JSON.stringify(result)}\n`);
    rows.push(row(result));
  }
  if (rows.length > 0) console.table(rows);
  if (idleSeconds > 0) {
    const used = await Promise.all(values.what.split(',').map(async (what) => [what, await idle(what, port, options)]));
    for (const [what, percent] of used) console.log(`doing nothing, ${what}: ${percent.toFixed(3)} % of a processor, seconds 1 to ${idleSeconds + 1}`);
  }
  sink.close();
  sink.closeAllConnections();
}

main();
