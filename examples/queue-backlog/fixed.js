'use strict';
// The same queue and a consumer that keeps up: it takes everything that waits at once.
const http = require('node:http');

const queue = [];
let busy = false;

function consume() {
  if (busy) return;
  busy = true;
  setImmediate(() => {
    queue.length = 0;
    busy = false;
  });
}

http
  .createServer((req, res) => {
    queue.push({ job: req.url, payload: Buffer.alloc(512).toString('hex') });
    consume();
    res.end('accepted');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
