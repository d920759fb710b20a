'use strict';
// The same facts in a WeakMap: they go when the visit goes.
const http = require('node:http');

const facts = new WeakMap();

class Visit {
  constructor(req) {
    this.url = req.url;
    this.at = Date.now();
  }
}

http
  .createServer((req, res) => {
    const visit = new Visit(req);
    facts.set(visit, { userAgent: req.headers['user-agent'], score: Math.random() });
    res.end(String(facts.get(visit).score));
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
