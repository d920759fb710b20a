'use strict';

const assert = require('node:assert/strict');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const { test } = require('node:test');

const { ask, folder, until } = require('./admin/process.js');

const APP = path.join(__dirname, 'apps', 'middleware-app.js');
const FRAMEWORKS = ['http', 'express', 'koa', 'koa-mount', 'fastify'];
const TOKEN = '0123456789abcdef';

async function startApp(t, framework, options = {}) {
  const directory = folder(t);
  const guard = { snapshotDir: path.join(directory, 'snapshots'), lowPriority: false, ...options.guard };
  const child = fork(APP, [framework, JSON.stringify({ ...options, guard })], { env: { ...process.env, XDG_RUNTIME_DIR: directory } });
  t.after(() => child.kill('SIGKILL'));
  const [{ port }] = await once(child, 'message');
  return { port, child };
}

const at = (target) => `/debug/leakguard${target}`;

for (const framework of FRAMEWORKS) {
  test(`${framework}: the same answers under a prefix, and the app's own beside them`, { timeout: 90_000 }, async (t) => {
    const { port, child } = await startApp(t, framework);
    assert.deepEqual((await ask(port, '/other')).json, { own: true });
    assert.deepEqual((await ask(port, '/debug/leakguardian')).json, { own: true }, 'not ours');
    for (const target of ['', '?x=1']) {
      const moved = await ask(port, at(target));
      assert.deepEqual([moved.status, moved.headers.location], [308, at(`/${target}`)], target);
    }
    assert.equal((await ask(port, at('/'))).status, 200);
    assert.equal((await ask(port, at('/healthz'))).json.pid, child.pid);
    const missing = await ask(port, at('/nothing'));
    assert.deepEqual([missing.status, missing.json.error.code], [404, 'LG_HTTP_NOT_FOUND']);
    assert.match(missing.headers['content-security-policy'], /default-src 'none'/);
    const taken = await ask(port, at('/snapshot?label=mounted'), { method: 'POST', headers: { 'Content-Type': 'application/json' } });
    assert.equal(taken.status, 200, taken.body.toString());
    const plain = await ask(port, at(`/${taken.json.links.download}`));
    assert.equal(plain.body.length, taken.json.bytes);
    assert.equal((await ask(port, at(`/snapshots/${taken.json.id}`), { method: 'DELETE' })).status, 204);
    await eventsArrive(t, port);
    child.send('stop');
    await once(child, 'message');
    assert.equal((await ask(port, at('/healthz'))).json.error.code, 'LG_GUARD_STOPPED');
    assert.deepEqual((await ask(port, '/other')).json, { own: true });
  });
}

async function eventsArrive(t, port) {
  let text = '';
  const request = http.get({ host: '127.0.0.1', port, path: at('/events'), agent: false }, (response) => {
    response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    response.on('error', () => {});
  });
  request.on('error', () => {});
  t.after(() => request.destroy());
  await until(() => text.includes('sample'), 'events through the app');
  request.destroy();
}

test('only direct clients of this machine get in, and only by its names', async (t) => {
  const { port } = await startApp(t, 'http');
  for (const header of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP']) {
    const refused = await ask(port, at('/stats'), { headers: { [header]: 'x' } });
    assert.deepEqual([refused.status, refused.json.error.code], [403, 'LG_HTTP_CLIENT'], header);
  }
  const named = await ask(port, at('/stats'), { headers: { Host: 'app.example' } });
  assert.deepEqual([named.status, named.json.error.code], [403, 'LG_HTTP_HOST']);
  const site = await ask(port, at('/stats'), { headers: { 'Sec-Fetch-Site': 'cross-site' } });
  assert.deepEqual([site.status, site.json.error.code], [403, 'LG_HTTP_ORIGIN']);
  const forged = await ask(port, at('/stats'), { headers: { Host: 'app.example', 'Leakguard-Via': 'authorized x' } });
  assert.equal(forged.status, 403);
});

test('authorize decides instead, whatever the client is called', async (t) => {
  const { port } = await startApp(t, 'express', { authorized: 'root' });
  const headers = { Host: 'app.example', 'X-Forwarded-For': '192.0.2.1' };
  assert.equal((await ask(port, at('/stats'), { headers })).json.error.code, 'LG_HTTP_CLIENT');
  assert.equal((await ask(port, at('/stats'), { headers: { ...headers, 'X-User': 'root' } })).status, 200);
  const site = await ask(port, at('/stats'), { headers: { ...headers, 'X-User': 'root', Origin: 'https://evil.example' } });
  assert.equal(site.json.error.code, 'LG_HTTP_ORIGIN', 'a browser of somebody authorized is no licence for other pages');
});

test('a token lets others in, through proxies too', async (t) => {
  const { port } = await startApp(t, 'koa', { guard: { admin: { port: 0, token: TOKEN } } });
  const headers = { Host: 'app.example', 'X-Forwarded-For': '192.0.2.1' };
  assert.equal((await ask(port, at('/stats'), { headers })).status, 401);
  assert.equal((await ask(port, at('/stats'), { headers: { ...headers, Authorization: `Bearer ${TOKEN}` } })).status, 200);
  const login = await ask(port, at(`/?token=${TOKEN}`), { headers });
  assert.deepEqual([login.status, login.headers.location], [303, './']);
});
