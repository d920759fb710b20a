'use strict';
// The same server; one heartbeat for the process, started outside any request.
const http = require('node:http');
const { AsyncLocalStorage } = require('node:async_hooks');

const requestContext = new AsyncLocalStorage();

class RequestStore {
  constructor(req) {
    this.url = req.url;
    this.startedAt = Date.now();
    this.spans = [];
  }
}

setInterval(() => {}, 30_000).unref();

http
  .createServer((req, res) => {
    requestContext.run(new RequestStore(req), () => res.end('ok'));
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
