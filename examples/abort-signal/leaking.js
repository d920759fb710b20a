'use strict';
// One process-wide AbortSignal for shutdown; every request adds a listener to it and takes none away.
const http = require('node:http');
const { setMaxListeners } = require('node:events');

const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);

function handle(req, res) {
  shutdown.signal.addEventListener('abort', function onAbort() {
    res.destroy();
  });
  res.end('done');
}

http.createServer(handle).listen(Number(process.env.PORT) || 3000, '127.0.0.1');
