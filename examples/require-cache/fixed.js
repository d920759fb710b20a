'use strict';
// The same plugin, loaded once.
const http = require('node:http');
const plugin = require('./plugin');

http
  .createServer((req, res) => res.end(plugin.greet(req.url)))
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
