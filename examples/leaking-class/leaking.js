'use strict';
// The requests are innocent: a timer makes instances and keeps them.
const http = require('node:http');

class LeakingClass {}

const leaks = [];
setInterval(() => {
  for (let i = 0; i < 100; i++) leaks.push(new LeakingClass());
}, 100);

http
  .createServer((req, res) => setTimeout(() => res.end(`${leaks.length}`), 20))
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
