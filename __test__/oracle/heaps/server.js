'use strict';

// A plain HTTP server that has answered requests and remembers a little of each: the ordinary leak.

const http = require('node:http');
const { capture, kept } = require('./capture.js');

class Session {
  constructor(url, headers) {
    this.url = url;
    this.headers = headers;
    this.startedAt = Date.now();
    this.timings = [0.5, 1.5, 2.5];
  }
}

const sessions = new Map();
kept.push(sessions);

const server = http.createServer((request, response) => {
  const session = new Session(request.url, { ...request.headers });
  sessions.set(`${request.url}#${sessions.size}`, session);
  request.on('close', () => session.closed = true);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ ok: true, n: sessions.size }));
});

async function load(port, requests) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  const one = (n) => new Promise((resolve, reject) => {
    http.get({ port, host: '127.0.0.1', agent, path: `/item/${n}` }, (response) => {
      response.resume();
      response.once('end', resolve);
    }).once('error', reject);
  });
  for (let n = 0; n < requests; n += 4) await Promise.all([one(n), one(n + 1), one(n + 2), one(n + 3)]);
  agent.destroy();
}

server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  await load(port, 200);
  capture('a');
  await load(port, 400);
  capture('b');
  server.closeAllConnections();
  server.close();
});
