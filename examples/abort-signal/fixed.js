'use strict';
// The same server; the listener goes when the response has closed.
const http = require('node:http');
const { setMaxListeners } = require('node:events');

const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);

function handle(req, res) {
  function onAbort() {
    res.destroy();
  }
  shutdown.signal.addEventListener('abort', onAbort);
  res.once('close', () => shutdown.signal.removeEventListener('abort', onAbort));
  res.end('done');
}

http.createServer(handle).listen(Number(process.env.PORT) || 3000, '127.0.0.1');
