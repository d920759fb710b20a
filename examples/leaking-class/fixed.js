'use strict';
// The same timer; what it made is dropped before it makes more.
const http = require('node:http');

class LeakingClass {}

let leaks = [];
setInterval(() => {
  leaks = [];
  for (let i = 0; i < 100; i++) leaks.push(new LeakingClass());
}, 100);

http
  .createServer((req, res) => setTimeout(() => res.end(`${leaks.length}`), 20))
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
