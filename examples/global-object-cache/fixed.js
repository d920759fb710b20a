'use strict';
// The same cache, keyed by what the page depends on.
const http = require('node:http');
const { randomUUID } = require('node:crypto');

const renderedPages = {};

function render(requestId, url) {
  renderedPages[url] ??= { url, html: `<h1>${url}</h1>` };
  return `${renderedPages[url].html}<p>${requestId}</p>`;
}

http
  .createServer((req, res) => res.end(render(randomUUID(), req.url)))
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
