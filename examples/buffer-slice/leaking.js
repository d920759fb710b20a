'use strict';
// Sixteen bytes of each upload are kept as a view: each view keeps its whole upload, outside V8's heap.
const http = require('node:http');

const headers = [];

http
  .createServer((req, res) => {
    const upload = Buffer.alloc(64 * 1024, 7);
    headers.push(upload.subarray(0, 16));
    res.end('stored');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
