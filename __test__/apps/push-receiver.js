'use strict';

// Receives summaries: node push-receiver.js PORT FILE SECRET. A summary counts as received, and is confirmed,
// once a line for it is in FILE. Exits when its parent is gone.
const { createHmac } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const { gunzipSync } = require('node:zlib');

const [port, file, secret] = process.argv.slice(2);
const out = fs.openSync(file, 'a');
process.on('disconnect', () => process.exit());

http
  .createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const stamp = request.headers['x-leakguard-timestamp'];
      const expected = `sha256=${createHmac('sha256', secret).update(`${stamp}\n`).update(body).digest('hex')}`;
      if (request.headers['x-leakguard-signature'] !== expected) return response.writeHead(401).end();
      const summary = JSON.parse(gunzipSync(body));
      fs.writeSync(out, `${JSON.stringify({ header: request.headers['idempotency-key'], ...summary })}\n`);
      fs.fsyncSync(out);
      response.end();
    });
  })
  .listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
