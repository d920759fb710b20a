'use strict';
// A configuration bus that every request subscribes to and none leaves.
const http = require('node:http');
const { EventEmitter } = require('node:events');

const config = new EventEmitter();
config.setMaxListeners(0);

class Handler {
  constructor(req) {
    this.url = req.url;
    this.options = { verbose: false };
    config.on('change', (options) => {
      this.options = options;
    });
  }

  answer(res) {
    res.end(this.url);
  }
}

http
  .createServer((req, res) => new Handler(req).answer(res))
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
