'use strict';

// A server that keeps a hundred kilobytes of every request, and collects often, as a busy one does.

const http = require('node:http');
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

class Session {
  constructor(n) {
    this.n = n;
    this.steps = Array.from({ length: 2000 }, (_, i) => ({ n, i }));
  }
}

const sessions = [];

http
  .createServer((request, response) => {
    sessions.push(new Session(sessions.length));
    response.end();
  })
  .listen(Number(process.env.PORT), '127.0.0.1');
setInterval(gc, 2000);
