'use strict';

const assert = require('node:assert/strict');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { gunzipSync } = require('node:zlib');

const { pushOptions } = require('../lib/push/options.js');
const { upload } = require('../lib/push/pusher.js');
const { folder, pusher, until } = require('./pusher.js');

const SECRET = 'a shared secret';
const app = (name) => path.join(__dirname, 'apps', name);

// A server that answers with what `answer(request, body)` returns: a status, or [status, headers].
async function server(t, answer) {
  const requests = [];
  const listener = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    requests.push({ method: request.method, url: request.url, headers: request.headers, body });
    const [status, headers = {}] = [answer(request, body, requests.length)].flat();
    response.writeHead(status, headers).end();
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.after(() => listener.close());
  return { requests, url: `http://127.0.0.1:${listener.address().port}/in` };
}

test('a report arrives, compressed, with its key and the headers asked for', async (t) => {
  const { requests, url } = await server(t, () => 200);
  const push = pusher(t, { server: url, appid: 'shop', headers: { 'x-team': 'blue' } });
  const key = await push.report();
  await until(() => push.counts.delivered === 1);
  const [{ method, headers, body }] = requests;
  assert.equal(method, 'POST');
  assert.equal(headers['idempotency-key'], key);
  assert.equal(headers['x-team'], 'blue');
  assert.equal(headers['x-leakguard-appid'], 'shop');
  assert.equal(headers['x-leakguard-signature'], undefined, 'no secret, no signature');
  const summary = JSON.parse(gunzipSync(body));
  assert.equal(summary.type, 'report');
  assert.equal(summary.key, key);
  assert.equal(summary.sender.pid, process.pid);
  assert.ok(summary.state.assessment.verdict);
  assert.deepEqual({ ...push.counts, lastError: null }, { emitted: 1, delivered: 1, dropped: 0, refused: 0, failures: 0, waiting: 0, lastError: null });
});

test('a server that is busy is asked again, one that refuses is not', async (t) => {
  const { requests, url } = await server(t, (request, body, nth) => (nth < 3 ? [503, { 'retry-after': '0' }] : nth === 3 ? 422 : 200));
  const push = pusher(t, { server: url });
  const refused = await push.report();
  await until(() => push.counts.refused === 1);
  await push.report();
  await until(() => push.counts.delivered === 1);
  assert.equal(push.counts.failures, 2);
  assert.deepEqual(requests.slice(0, 3).map(({ headers }) => headers['idempotency-key']), [refused, refused, refused]);
});

test('heartbeats and reports come at their intervals', async (t) => {
  const { requests, url } = await server(t, () => 200);
  pusher(t, { server: url, heartbeatInterval: 0.05, reportInterval: 0.05 });
  const types = () => requests.map(({ body }) => JSON.parse(gunzipSync(body)).type);
  await until(() => ['heartbeat', 'report'].every((type) => types().filter((found) => found === type).length >= 3));
});

test('a full spool drops the oldest, and says how many', async (t) => {
  const push = pusher(t, { server: 'http://127.0.0.1:9/in', spoolBytes: 3000 });
  for (let i = 0; i < 12; i++) await push.report();
  const { emitted, dropped, waiting } = push.counts;
  assert.equal(emitted, 12);
  assert.ok(dropped > 0 && waiting > 0, `${dropped} ${waiting}`);
  assert.equal(dropped + waiting, 12);
});

test('nothing is lost when both sides are killed at random', { timeout: 120_000 }, async (t) => {
  const logdir = folder(t);
  const received = path.join(logdir, 'received.ndjson');
  fs.writeFileSync(received, '');
  const probe = http.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');

  const emitted = new Set();
  const children = new Set();
  t.after(() => children.forEach((child) => child.kill('SIGKILL')));
  const start = (name, args) => {
    const child = fork(app(name), args.map(String));
    children.add(child);
    child.on('exit', () => children.delete(child));
    child.on('message', ({ key }) => key && emitted.add(key));
    return child;
  };
  const kill = async (child) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const emitter = (count) => start('push-emitter.js', [`http://127.0.0.1:${port}/in`, logdir, SECRET, count]);
  const receiver = () => start('push-receiver.js', [port, received, SECRET]);

  for (let round = 0; round < 6; round++) {
    const sending = emitter(1e6);
    await once(sending, 'message');
    const receiving = round % 3 === 2 ? null : receiver();
    await sleep(Math.random() * 600);
    if (receiving !== null && round % 2 === 0) await kill(receiving);
    await sleep(Math.random() * 300);
    await kill(sending);
    if (receiving !== null) await kill(receiving);
  }
  assert.ok(emitted.size > 20, `${emitted.size} emitted`);
  const last = receiver();
  await once(last, 'message');
  const drain = emitter(0);
  await once(drain, 'exit');
  await kill(last);

  const lines = fs.readFileSync(received, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const arrived = new Set(lines.map(({ key }) => key));
  const lost = [...emitted].filter((key) => !arrived.has(key));
  t.diagnostic(`${emitted.size} emitted, ${arrived.size} arrived, ${lines.length - arrived.size} of them twice`);
  assert.deepEqual(lost, []);
  assert.ok(lines.every(({ header, key }) => header === key));
});

test('a snapshot can be uploaded to a presigned URL', async (t) => {
  const { requests, url } = await server(t, (request) => (request.url.endsWith('refuse') ? 403 : 200));
  const file = path.join(folder(t), 'a.heapsnapshot.gz');
  fs.writeFileSync(file, Buffer.alloc(300_000, 7));
  await upload(file, url);
  assert.equal(requests[0].method, 'PUT');
  assert.equal(requests[0].headers['content-length'], '300000');
  assert.equal(requests[0].body.length, 300_000);
  await assert.rejects(upload(file, `${url}/refuse`), /403/);
  await assert.rejects(upload(`${file}.gone`, url), { code: 'LG_READ' });
});

test('options: a URL is enough, what cannot be used is refused', () => {
  const { server: url, appid, reconnectDelay, heartbeatInterval, reportInterval } = pushOptions('https://example.org/in');
  assert.deepEqual([url, appid, reconnectDelay, heartbeatInterval, reportInterval], ['https://example.org/in', 'app', 10, 60, 60]);
  assert.equal(pushOptions('{"server":"http://localhost/","heartbeatInterval":5}').heartbeatInterval, 5);
  assert.equal(pushOptions(false), false);
  for (const bad of ['ftp://x', 'nonsense', {}, { server: 1 }, { server: 'http://x', speed: 1 }, { server: 'http://x', secret: '' }, { server: 'http://x', timeout: 0 }, null, []]) {
    assert.throws(() => pushOptions(bad), Error, JSON.stringify(bad));
  }
});
