'use strict';

// How summaries get to their server: proxies, and TLS with certificates of one's own. The authority and the server's
// certificate in fixtures/tls are for 127.0.0.1 and localhost, until 2120; nobody has the authority's key.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const { beforeEach, test } = require('node:test');

const { network } = require('../lib/push/network.js');
const { upload } = require('../lib/push/pusher.js');
const { folder, pusher, until } = require('./pusher.js');

const TLS = path.join(__dirname, 'fixtures', 'tls');
const AUTHORITY = path.join(TLS, 'authority.pem');
const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'];


// What the machine has set is not what is tested.
beforeEach(() => {
  for (const name of VARIABLES) for (const either of [name, name.toLowerCase()]) delete process.env[either];
});

async function listen(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections?.();
  });
  return server.address().port;
}

async function receiver(t, { secure = false } = {}) {
  const keys = [];
  const handle = (request, response) => request.resume().on('end', () => {
    keys.push(request.headers['idempotency-key']);
    response.end();
  });
  const options = secure ? { key: fs.readFileSync(path.join(TLS, 'server-key.pem')), cert: fs.readFileSync(path.join(TLS, 'server.pem')) } : {};
  const port = await listen(t, (secure ? https : http).createServer(options, handle));
  return { keys, port, url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}/in` };
}

// A proxy that knows CONNECT only; what it was asked for, and by whom.
async function proxy(t) {
  const asked = [];
  const server = http.createServer((request, response) => response.writeHead(405).end());
  server.on('connect', (request, socket) => {
    asked.push({ target: request.url, authorization: request.headers['proxy-authorization'] });
    const onward = net.connect(new URL(`http://${request.url}`).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [onward, socket]) end.on('error', () => [onward, socket].forEach((one) => one.destroy()));
  });
  return { asked, port: await listen(t, server) };
}

test('a proxy is asked to connect, with the name and password of its URL', async (t) => {
  const { keys, port, url } = await receiver(t);
  const { asked, port: by } = await proxy(t);
  process.env.HTTP_PROXY = `http://user:p%40ss@127.0.0.1:${by}`;
  const push = pusher(t, { server: url });
  const key = await push.report();
  await until(() => push.counts.delivered === 1);
  assert.deepEqual(keys, [key]);
  assert.deepEqual(asked, [{ target: `127.0.0.1:${port}`, authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}` }]);
});

test('TLS goes through the proxy to the server itself', async (t) => {
  const { keys, url } = await receiver(t, { secure: true });
  const { asked, port: by } = await proxy(t);
  process.env.https_proxy = `127.0.0.1:${by}`;
  const push = pusher(t, { server: url, ca: AUTHORITY });
  await push.report();
  await until(() => push.counts.delivered === 1);
  assert.equal(keys.length, 1);
  assert.equal(asked.length, 1);
});

test('NO_PROXY goes past the proxy', async (t) => {
  const { keys, url } = await receiver(t);
  const { asked, port: by } = await proxy(t);
  process.env.ALL_PROXY = `http://127.0.0.1:${by}`;
  process.env.NO_PROXY = 'example.org,127.0.0.1';
  const push = pusher(t, { server: url });
  await push.report();
  await until(() => push.counts.delivered === 1);
  assert.deepEqual([keys.length, asked.length], [1, 0]);
});

test('a proxy that refuses is a failure that says so, and the summary waits', async (t) => {
  const { url } = await receiver(t);
  const refusing = http.createServer();
  refusing.on('connect', (request, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
  process.env.HTTP_PROXY = `http://127.0.0.1:${await listen(t, refusing)}`;
  const push = pusher(t, { server: url });
  await push.report();
  await until(() => push.counts.failures > 0);
  assert.match(push.counts.lastError, /proxy.*407/);
  assert.deepEqual([push.counts.waiting, push.counts.delivered], [1, 0]);
});

test('a certificate of an authority nobody knows is refused, and the summary waits until it is trusted', async (t) => {
  const { keys, url } = await receiver(t, { secure: true });
  const logdir = folder(t);
  const wary = pusher(t, { server: url, logdir });
  const key = await wary.report();
  await until(() => wary.counts.failures > 0);
  const { lastError, waiting, delivered, refused } = wary.counts;
  assert.match(lastError, /certificate was refused: .*UnknownIssuer.*`ca` or NODE_EXTRA_CA_CERTS/);
  assert.deepEqual({ waiting, delivered, refused }, { waiting: 1, delivered: 0, refused: 0 });
  wary.stop();

  process.env.NODE_EXTRA_CA_CERTS = AUTHORITY;
  const trusting = pusher(t, { server: url, logdir });
  await until(() => trusting.counts.delivered === 1);
  assert.deepEqual(keys, [key]);
});

test('a file of authorities that cannot be used: an error as an option, none as a variable of Node', async (t) => {
  const { keys, url } = await receiver(t);
  assert.throws(() => pusher(t, { server: url, ca: path.join(TLS, 'missing.pem') }), { code: 'LG_READ' });
  assert.throws(() => pusher(t, { server: url, ca: path.join(TLS, 'server-key.pem') }), { code: 'LG_READ' });
  process.env.NODE_EXTRA_CA_CERTS = path.join(TLS, 'missing.pem');
  const push = pusher(t, { server: url });
  await push.report();
  await until(() => keys.length === 1);
});

test('uploads obey the same', async (t) => {
  const { url } = await receiver(t, { secure: true });
  await assert.rejects(upload(AUTHORITY, url), /certificate was refused/);
  await upload(AUTHORITY, url, { ca: AUTHORITY });
});

test('which proxy, for which host', () => {
  const proxyOf = (url, env) => network(url, { env }).proxy;
  assert.equal(proxyOf('https://a.example/', {}), null);
  assert.equal(proxyOf('https://a.example/', { HTTP_PROXY: 'http://p:1' }), null, 'that is for http');
  assert.equal(proxyOf('http://a.example/', { HTTPS_PROXY: 'http://p:1' }), null, 'that is for https');
  assert.equal(proxyOf('https://a.example/', { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:2' }), 'http://q:2');
  assert.equal(proxyOf('http://a.example/', { ALL_PROXY: 'p:1' }), 'http://p:1');
  assert.equal(proxyOf('http://a.example/', { ALL_PROXY: 'socks5://p:1' }), null);
  const exempt = (url, list) => proxyOf(url, { ALL_PROXY: 'http://p:1', NO_PROXY: list }) === null;
  for (const [url, list] of [
    ['http://a.example/', '*'],
    ['http://a.example/', 'b.example, a.example'],
    ['http://A.example/', 'a.EXAMPLE'],
    ['http://sub.a.example/', 'a.example'],
    ['http://sub.a.example/', '.a.example'],
    ['http://sub.a.example/', '*.a.example'],
    ['http://a.example:8080/', 'a.example:8080'],
    ['https://a.example/', 'a.example:443'],
    ['http://[::1]:80/', '::1'],
    ['http://[::1]:8080/', '[::1]:8080'],
    ['http://10.0.0.1/', '10.0.0.1'],
  ]) assert.ok(exempt(url, list), `${url} ${list}`);
  for (const [url, list] of [
    ['http://a.example/', ''],
    ['http://aa.example/', 'a.example'],
    ['http://a.example:8080/', 'a.example:80'],
    ['http://example/', 'a.example'],
    ['http://[::1]/', '::2'],
  ]) assert.ok(!exempt(url, list), `${url} ${list}`);
});
