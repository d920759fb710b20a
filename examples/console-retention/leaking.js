'use strict';
// A timing label per request that is started and never ended: console keeps a table of them.
const http = require('node:http');

let serial = 0;

http
  .createServer((req, res) => {
    serial += 1;
    console.time(`request ${serial} ${req.url}`);
    res.end('ok');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
