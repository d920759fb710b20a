'use strict';
// The same work; the lock is given up when its holder keeps it too long, and the chain drains.
const http = require('node:http');

let unlock;
let tail = new Promise((resolve) => {
  unlock = resolve;
});
setTimeout(unlock, 50);

class Job {
  constructor(url) {
    this.url = url;
  }

  run() {
    return this.url.length;
  }
}

function enqueue(job) {
  tail = tail.then(() => job.run());
}

http
  .createServer((req, res) => {
    if (req.url === '/unlock') unlock();
    else enqueue(new Job(req.url));
    res.end('queued');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
