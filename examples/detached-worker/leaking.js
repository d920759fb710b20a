'use strict';
// A worker thread for every twentieth request that is told to stop by a message it never reads: the thread,
// its heap and its handle stay.
const http = require('node:http');
const { Worker } = require('node:worker_threads');

const workers = [];
let served = 0;

http
  .createServer((req, res) => {
    served += 1;
    if (served % 20 === 0) {
      const worker = new Worker("setInterval(() => {}, 60_000)", {
        eval: true,
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
      });
      worker.unref();
      worker.postMessage('please stop');
      workers.push(worker);
    }
    res.end('ok');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
