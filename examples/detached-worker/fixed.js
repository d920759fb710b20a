'use strict';
// The same work by one worker that is used again.
const http = require('node:http');
const { Worker } = require('node:worker_threads');

const worker = new Worker("require('node:worker_threads').parentPort.on('message', () => {})", { eval: true });
worker.unref();
let served = 0;

http
  .createServer((req, res) => {
    served += 1;
    if (served % 20 === 0) worker.postMessage('work');
    res.end('ok');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
