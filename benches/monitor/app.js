'use strict';

// A server and its load in one process (argv: handler, heap in MB, what is on, port of the sink). A guard can be
// switched on and off. Answers each message from its parent with one of its own.

const http = require('node:http');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const { fill, handle: allocate } = require('../capture/app.js');
const { Load } = require('./load.js');

const CONNECTIONS = 8;

const [handler, heapMegabytes, what, sink] = process.argv.slice(2);

const HANDLERS = {
  // Little work, so that what a guard adds to each request shows.
  small: (request, response) => {
    const work = Array.from({ length: 100 }, (_, i) => ({ i, text: `item ${i}` }));
    response.end(JSON.stringify(work.slice(0, 20)));
  },
  // About 1 MB for each request, so that what a guard adds to each collection shows.
  allocating: allocate,
};

const directory = join(tmpdir(), `leakguard-bench-${process.pid}`);
const GUARDS = {
  nothing: null,
  // The defaults: monitor, alarm, collections asked for.
  guard: { snapshotDir: directory },
  // And an admin server, summaries pushed and metrics exported every second: 60 times as often as by default.
  everything: {
    snapshotDir: directory,
    admin: { port: 0, token: 'of this benchmark only' },
    push: { server: `http://127.0.0.1:${sink}/`, heartbeatInterval: 1, reportInterval: 1, logdir: directory },
    otlp: { endpoint: `http://127.0.0.1:${sink}`, interval: 1 },
  },
};

let guard = null;
let load;

// Processor time of all threads while `work` runs, microseconds.
async function timed(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const ANSWERS = {
  on: () => {
    // Required when first wanted: a process that never has a guard has none of its modules either.
    if (GUARDS[what] !== null) guard = require('../../lib/guard.js').start(GUARDS[what]);
  },
  off: async () => {
    await guard?.stop();
    guard = null;
  },
  serve: (requests) => timed(() => load.run(requests)),
  idle: (ms) => timed(() => new Promise((resolve) => setTimeout(resolve, ms))),
};

const kept = fill(Number(heapMegabytes));
// While the other process works, this one's connections are idle.
const server = http.createServer({ keepAliveTimeout: 0 }, HANDLERS[handler]).listen(0, '127.0.0.1', async () => {
  load = await Load.connect(server.address().port, CONNECTIONS);
  process.on('message', async ({ ask, value }) => process.send({ value: await ANSWERS[ask](value) }));
  process.on('disconnect', () => process.exit());
  process.send({ value: kept.kept.length });
});
