'use strict';
// The same bus; the handler leaves it when the response has closed.
const http = require('node:http');
const { EventEmitter } = require('node:events');

const config = new EventEmitter();
config.setMaxListeners(0);

class Handler {
  constructor(req) {
    this.url = req.url;
    this.options = { verbose: false };
    this.onChange = (options) => {
      this.options = options;
    };
    config.on('change', this.onChange);
  }

  answer(res) {
    res.once('close', () => config.off('change', this.onChange));
    res.end(this.url);
  }
}

http
  .createServer((req, res) => new Handler(req).answer(res))
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
