'use strict';

// A fork capture is not felt by anything else in the process: handlers, children, clients, workers.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { soak } = require('../benches/capture/soak.js');
const { runApp } = require('./apps/fork-app.js');

const onLinux = (name, body) => {
  if (process.platform === 'linux') test(name, body);
};

onLinux('an app with signal handlers and children of its own notices nothing', async () => {
  const { said, errors } = await runApp(async () => {
    const { spawn } = require('node:child_process');
    const { once } = require('node:events');
    const seen = [];
    for (const signal of ['SIGCHLD', 'SIGUSR2', 'SIGTERM', 'SIGHUP']) process.on(signal, () => seen.push(signal));
    const before = spawn('sleep', ['60']);
    await outcome(captureFork());
    const afterCapture = [...seen];
    const exits = [];
    const capture = outcome(captureFork());
    await childOf();
    process.kill(process.pid, 'SIGUSR2');
    const during = spawn('sh', ['-c', 'exit 9']);
    exits.push((await once(during, 'exit'))[0]);
    before.kill();
    exits.push((await once(before, 'exit'))[1]);
    const captured = await capture;
    await sleep(50);
    say({ afterCapture, seen, exits, captured });
  });
  assert.ok(said, errors);
  assert.deepEqual(said.afterCapture, [], 'the end of the forked child raises no signal');
  assert.deepEqual(said.exits, [9, 'SIGTERM']);
  assert.equal(said.captured.ok, true, said.captured.message);
  assert.deepEqual(said.seen.sort(), ['SIGCHLD', 'SIGCHLD', 'SIGUSR2'], 'one for each child of its own');
});

onLinux('a client sees the end of its connection while the child still runs', async () => {
  const { said, errors } = await runApp(async () => {
    const net = require('node:net');
    const { once } = require('node:events');
    globalThis.kept = fill(100_000);
    const server = net.createServer((socket) => {
      socket.once('data', () => socket.end('bye'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect(server.address().port, '127.0.0.1');
    await once(client, 'connect');
    client.resume();
    let captured = false;
    const capture = outcome(captureFork()).then((end) => {
      captured = true;
      return end;
    });
    await childOf();
    client.write('x');
    await once(client, 'end');
    const first = captured ? 'capture' : 'end of connection';
    const { ok, message } = await capture;
    server.close();
    say({ first, ok, message });
  });
  assert.equal(said?.ok, true, said?.message ?? errors);
  assert.equal(said.first, 'end of connection');
});

onLinux('worker threads go on, and an isolate of theirs can be captured from within', async () => {
  const { said, errors } = await runApp(async () => {
    const { Worker } = require('node:worker_threads');
    const { once } = require('node:events');
    const busy = new Worker('setInterval(() => { const a = []; for (let i = 0; i < 1e4; i++) a.push({ i }); }, 1)', {
      eval: true,
    });
    await once(busy, 'online');
    const main = await outcome(captureFork());
    const inner = new Worker(
      `const { captureFork } = require(process.argv[2]);
       const { parentPort } = require('node:worker_threads');
       captureFork({ lowPriority: false }).then(({ bytes }) => parentPort.postMessage({ bytes }), ({ message }) => parentPort.postMessage({ message }));`,
      { eval: true, argv: [require.resolve(process.env.FORK_JS)] },
    );
    const [within] = await once(inner, 'message');
    await Promise.all([busy.terminate(), inner.terminate()]);
    say({ main, within });
  }, { env: { FORK_JS: require.resolve('../lib/capture/fork.js') } });
  assert.equal(said?.main.ok, true, said?.main.message ?? errors);
  assert.ok(said.within.bytes > 100_000, said.within.message);
});

onLinux('it works under --inspect, in a cluster worker, and with async hooks', async () => {
  const inspected = await runApp(async () => say(await outcome(captureFork())), { execArgv: ['--inspect=127.0.0.1:0'] });
  assert.equal(inspected.said?.ok, true, inspected.said?.message ?? inspected.errors);
  const clustered = await runApp(async () => {
    const cluster = require('node:cluster');
    cluster.setupPrimary({ exec: process.env.WORKER, execArgv: [] });
    const worker = cluster.fork();
    worker.on('message', (message) => {
      say(message);
      worker.disconnect();
    });
  }, { env: { WORKER: require.resolve('./apps/cluster-worker.js') } });
  assert.equal(clustered.said?.ok, true, clustered.said?.message ?? clustered.errors);
  const hooked = await runApp(async () => {
    const { AsyncLocalStorage, createHook } = require('node:async_hooks');
    createHook({ init() {}, before() {}, after() {}, destroy() {} }).enable();
    const storage = new AsyncLocalStorage();
    say(await storage.run({ request: 1 }, () => outcome(captureFork())));
  });
  assert.equal(hooked.said?.ok, true, hooked.said?.message ?? hooked.errors);
});

onLinux('many captures under load all succeed and leave nothing behind', async () => {
  const result = await soak({ captures: 6, heapMegabytes: 5, lowPriority: false });
  assert.deepEqual(result.errors, []);
  assert.equal(result.succeeded, 6);
  assert.deepEqual(result.requests.failed, []);
  assert.ok(result.requests.requests > 0);
  const { before, after } = result;
  assert.equal(after.children, before.children, 'no child, no zombie');
  // The runner's own may come and go; a leak would show once for each capture.
  assert.ok(after.descriptors - before.descriptors < 6, `${before.descriptors} to ${after.descriptors} descriptors`);
  assert.ok(after.threads - before.threads < 6, `${before.threads} to ${after.threads} threads`);
});
