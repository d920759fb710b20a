'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const { test } = require('node:test');

const { SteadyConnection } = require('../lib/hunt/steady-connection.js');

async function serve(t, handler) {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return { server, url: new URL(`http://127.0.0.1:${server.address().port}/`) };
}

// What came back: statuses and errors.
function heard(signal = new AbortController().signal) {
  const statuses = [];
  const errors = [];
  return { signal, statuses, errors, onResponse: (status) => statuses.push(status), onError: (error) => errors.push(error.code ?? error.message) };
}

function connect(t, urls, request = { method: 'GET', headers: {} }) {
  const connection = new SteadyConnection(urls, request);
  t.after(() => connection.close());
  return connection;
}

test('all requests of all batches come over one connection, with what they carry', async (t) => {
  const sockets = new Set();
  const seen = [];
  const { url } = await serve(t, async (request, response) => {
    sockets.add(request.socket);
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push(`${request.method} ${request.url} ${request.headers.x} ${body}`);
    response.writeHead(201).end('x'.repeat(100_000));
  });
  const connection = connect(t, [url, new URL('/two?a=1', url)], { method: 'POST', headers: { x: 'y' }, body: 'hello' });
  const here = heard();
  await connection.run(3, here);
  await connection.run(2, here);
  assert.deepEqual(here, { ...here, statuses: [201, 201, 201, 201, 201], errors: [] });
  assert.deepEqual(seen.slice(0, 3), ['POST / y hello', 'POST /two?a=1 y hello', 'POST / y hello']);
  assert.equal(sockets.size, 1);
});

test('a connection that the server closed as the request came is opened again', async (t) => {
  const { url } = await serve(t, (request, response) => {
    // The second request on a connection finds it closed.
    if (request.socket.served) return request.socket.destroy();
    request.socket.served = true;
    response.end();
  });
  const here = heard();
  await connect(t, [url]).run(4, here);
  assert.deepEqual([here.statuses, here.errors], [[200, 200, 200, 200], []]);
});

test('a server that is gone is told, and the batch ends', async (t) => {
  const { server, url } = await serve(t, (request, response) => response.end());
  server.close();
  await once(server, 'close');
  const here = heard();
  await connect(t, [url]).run(2, here);
  assert.deepEqual([here.statuses, here.errors], [[], ['ECONNREFUSED', 'ECONNREFUSED']]);
});

test('a batch ends early when its time is over, also while nobody answers', async (t) => {
  const time = new AbortController();
  const { url } = await serve(t, () => time.abort());
  const here = heard(time.signal);
  await connect(t, [url]).run(100, here);
  assert.deepEqual([here.statuses, here.errors], [[], []]);
});
