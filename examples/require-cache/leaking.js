'use strict';
// A plugin is loaded afresh on each request by taking it out of require.cache; its parent's list of
// children keeps every copy.
const http = require('node:http');

function loadPlugin() {
  delete require.cache[require.resolve('./plugin')];
  return require('./plugin');
}

http
  .createServer((req, res) => res.end(loadPlugin().greet(req.url)))
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
