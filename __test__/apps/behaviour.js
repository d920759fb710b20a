'use strict';

// An app that misbehaves as BEHAVIOUR says; see hunt-errors.spec.js.
const { spawn } = require('node:child_process');
const http = require('node:http');

const port = Number(process.env.PORT);
const serve = (handler, on = port) => http.createServer(handler).listen(on, '127.0.0.1');

const behaviours = {
  'exit at once': () => {
    console.error('no database, no service');
    process.exitCode = 3;
  },
  'exit under load': () => {
    let left = 5;
    serve((req, res) => {
      if (--left === 0) throw new Error('one request too many');
      res.end('ok');
    });
  },
  'never listen': () => setInterval(() => {}, 1000),
  'answer 500': () =>
    serve((req, res) => {
      res.statusCode = 500;
      res.end('sorry');
    }),
  'listen on a busy port': () => serve(() => {}, Number(process.env.BUSY_PORT)),
  // Something that ignores polite requests to leave, and started a process of its own.
  'refuse to leave': () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' });
    process.on('SIGTERM', () => {});
    serve((req, res) => {
      res.setHeader('x-pids', `${process.pid} ${child.pid}`);
      res.end('ok');
    });
  },
};

behaviours[process.env.BEHAVIOUR]();
