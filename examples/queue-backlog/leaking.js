'use strict';
// A producer faster than its consumer: grows while the load lasts, then drains. A backlog, not a leak.
const http = require('node:http');

const queue = [];
let busy = false;

function consume() {
  if (busy) return;
  busy = true;
  const next = () => {
    queue.shift();
    if (queue.length === 0) busy = false;
    else setTimeout(next, 2);
  };
  setTimeout(next, 2);
}

http
  .createServer((req, res) => {
    queue.push({ job: req.url, payload: Buffer.alloc(512).toString('hex') });
    consume();
    res.end('accepted');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
