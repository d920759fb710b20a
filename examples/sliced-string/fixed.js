'use strict';
// The same titles, copied out of their documents and remembered up to a bound.
const http = require('node:http');

const titles = [];
let serial = 0;

function fetchDocument() {
  serial += 1;
  return Buffer.alloc(20_000, `document ${serial} lorem ipsum dolor sit amet `).toString('latin1');
}

http
  .createServer((req, res) => {
    const title = Buffer.from(fetchDocument().slice(0, 20)).toString('latin1');
    titles.push(title);
    if (titles.length > 100) titles.shift();
    res.end(title);
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
