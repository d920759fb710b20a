'use strict';
// A plain object used as a cache whose key, an id per request, never comes back.
const http = require('node:http');
const { randomUUID } = require('node:crypto');

const renderedPages = {};

function render(requestId, url) {
  renderedPages[requestId] = { url, html: `<h1>${url}</h1><p>${requestId}</p>` };
  return renderedPages[requestId].html;
}

http
  .createServer((req, res) => res.end(render(randomUUID(), req.url)))
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
