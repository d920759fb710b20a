'use strict';

// An HTTP server, `leaking` (it keeps about a kilobyte of every request) or `bursty` (it keeps requests for some
// seconds). Tells its parent the port, and ends with it.
const http = require('node:http');

const [kind] = process.argv.slice(2);
process.on('disconnect', () => process.exit());

const orders = [];
const pending = new Map();

function handle(request, response) {
  const order = { url: request.url, at: Date.now(), prices: Array.from({ length: 100 }, Math.random) };
  if (kind === 'leaking') {
    orders.push(order);
  } else {
    const id = Symbol(order.url);
    pending.set(id, order);
    setTimeout(() => pending.delete(id), 5000 * Math.random());
  }
  response.end('ok');
}

const server = http.createServer(handle).listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
