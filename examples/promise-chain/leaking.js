'use strict';
// Work is made sequential by hanging each job behind the last. The holder of the first lock never lets it
// go, and everything that came after waits for ever.
const http = require('node:http');

let unlock;
let tail = new Promise((resolve) => {
  unlock = resolve;
});

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
