'use strict';

// The whole way, in real time and with nothing called by hand: a server that leaks a kilobyte per request under
// light load is named, and the summary reaches a receiver that was down when the leak was found. A healthy
// server under bursts beside it stays silent.

const assert = require('node:assert/strict');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const SECRET = 'a shared secret';
const MINUTE = 60_000;
const APP = path.join(__dirname, 'server.js');
const RECEIVER = path.join(__dirname, '..', 'apps', 'push-receiver.js');
const GUARD = path.join(__dirname, '..', '..', 'lib', 'register.js');

async function freePort() {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

test('a leak is named and its summary arrives; a healthy server stays silent', { timeout: 25 * MINUTE }, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-field-'));
  const collector = await freePort();
  const children = [];
  t.after(() => {
    for (const child of children) child.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const serve = async (kind) => {
    const logdir = path.join(folder, kind);
    const push = { server: `http://127.0.0.1:${collector}/`, appid: kind, secret: SECRET, logdir, reconnectDelay: 1 };
    const child = fork(APP, [kind], {
      execArgv: ['--require', GUARD],
      // A machine that runs tests side by side pauses longer than it should.
      env: { ...process.env, LEAKGUARD_PUSH: JSON.stringify(push), LEAKGUARD_SNAPSHOT_DIR: logdir, LEAKGUARD_SIGNAL: 'off', LEAKGUARD_PROBE_PAUSE_MS: '500' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    children.push(child);
    const server = { log: '', port: null };
    child.stderr.on('data', (data) => {
      server.log += data;
    });
    [{ port: server.port }] = await once(child, 'message');
    return server;
  };
  const [leaking, healthy] = await Promise.all([serve('leaking'), serve('bursty')]);

  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const request = (port) => http.get({ port, host: '127.0.0.1', agent, path: '/orders' }, (response) => response.resume()).on('error', () => {});
  const started = Date.now();
  const load = setInterval(() => {
    for (let i = 0; i < 4; i++) request(leaking.port);
    const burst = Math.floor((Date.now() - started) / 15_000) % 4 === 0;
    for (let i = 0; i < (burst ? 12 : 2); i++) request(healthy.port);
  }, 100);
  t.after(() => clearInterval(load));

  while (!leaking.log.includes('leakguard: this process') && Date.now() - started < 20 * MINUTE) await sleep(1000);
  t.diagnostic(`named after ${((Date.now() - started) / MINUTE).toFixed(1)} minutes`);
  assert.match(leaking.log, /leaks memory: \d+\.\d MB per hour/);
  assert.match(leaking.log, /orders/, 'the variable that keeps them');
  assert.match(leaking.log, /server\.js/, 'and the file it is in');

  // Only now somebody listens.
  const received = path.join(folder, 'received.ndjson');
  const receiver = fork(RECEIVER, [collector, received, SECRET]);
  children.push(receiver);
  await once(receiver, 'message');
  const summaries = () => fs.readFileSync(received, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const leak = () => summaries().find(({ type }) => type === 'leak');
  for (let i = 0; i < 400 && leak() === undefined; i++) await sleep(1000);

  assert.equal(leak().sender.appid, 'leaking');
  assert.ok(leak().leak.suspects[0].fingerprint);
  assert.equal(leak().leak.suspects[0].growsAt.name, 'orders');
  assert.equal(healthy.log, '', 'the healthy one has nothing to say');
  assert.ok(!summaries().some(({ type, sender }) => type === 'leak' && sender.appid === 'bursty'));
});
