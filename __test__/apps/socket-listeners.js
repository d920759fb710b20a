'use strict';

// A listener on the connection for each request that comes over it.
const http = require('node:http');

const server = http.createServer((request, response) => {
  const context = { url: request.url, started: Date.now() };
  request.socket.setMaxListeners(0);
  request.socket.on('close', () => {
    context.closed = true;
  });
  response.end();
});

server.listen(process.env.PORT);
