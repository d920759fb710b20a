'use strict';
// A store per request, kept alive by an interval that is started inside it and never cleared: the timer
// remembers the async context it was born in.
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

function startHeartbeat() {
  setInterval(() => {}, 30_000).unref();
}

http
  .createServer((req, res) => {
    requestContext.run(new RequestStore(req), () => {
      startHeartbeat();
      res.end('ok');
    });
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
