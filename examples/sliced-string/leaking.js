'use strict';
// Twenty characters of a large document are remembered; V8 makes them a slice that keeps the whole document.
const http = require('node:http');

const titles = [];
let serial = 0;

function fetchDocument() {
  serial += 1;
  return Buffer.alloc(20_000, `document ${serial} lorem ipsum dolor sit amet `).toString('latin1');
}

http
  .createServer((req, res) => {
    const title = fetchDocument().slice(0, 20);
    titles.push(title);
    if (titles.length > 1_000_000) titles.shift();
    res.end(title);
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
