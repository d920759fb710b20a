'use strict';
// The same label, ended when the response has been sent.
const http = require('node:http');
const { Console } = require('node:console');
const { Writable } = require('node:stream');

const nowhere = new Writable({ write: (chunk, encoding, done) => done() });
const timing = new Console(nowhere);
let serial = 0;

http
  .createServer((req, res) => {
    serial += 1;
    const label = `request ${serial} ${req.url}`;
    timing.time(label);
    res.end('ok', () => timing.timeEnd(label));
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
