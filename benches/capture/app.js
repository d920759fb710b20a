'use strict';

// The app that is captured: an HTTP server with a heap of a given size, made of what real heaps are made
// of (small objects, strings, arrays, a map, closures), that allocates for each request.

const http = require('node:http');

/** Something of about `megabytes` of heap, in about 60,000 objects per MB for `tiny`, fewer else. */
function fill(megabytes, tiny = false) {
  const kept = [];
  const index = new Map();
  const target = process.memoryUsage().heapUsed + megabytes * 2 ** 20;
  for (let i = 0; process.memoryUsage().heapUsed < target; ) {
    for (const end = i + 500; i < end; i++) {
      if (tiny) {
        kept.push({ i });
        continue;
      }
      const user = { id: i, name: `user ${i}`, tags: [`tag ${i % 100}`, 'x'.repeat(50) + i], at: new Date(i) };
      user.body = Buffer.alloc(8).toString('hex') + String.fromCharCode(97 + (i % 26)).repeat(400) + i;
      user.greet = () => user.name;
      index.set(user.name, user);
      kept.push(user);
    }
  }
  return { kept, index };
}

/** Allocates about 1 MB, most of it short-lived, in 1 or 2 ms. */
function handle(request, response) {
  const rows = Array.from({ length: 5000 }, (_, i) => ({ i, url: request.url, text: `row ${i}` }));
  const body = JSON.stringify(rows.filter(({ i }) => i % 100 === 0));
  response.setHeader('content-type', 'application/json');
  response.end(body);
}

/** Resolves to the server, listening on a free port of the loopback interface. */
function listen() {
  const server = http.createServer(handle);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

module.exports = { fill, handle, listen };
