'use strict';
// The same client; the listener is added once, outside the retry.
const http = require('node:http');
const net = require('node:net');

let attempts = 0;
const upstream = new net.Socket();
upstream.on('error', () => {});
upstream.on('connect', function onConnect() {
  upstream.write(`hello ${attempts}\n`);
});

function reconnect() {
  if (!upstream.connecting) upstream.connect({ host: '127.0.0.1', port: 1 });
}

http
  .createServer((req, res) => {
    attempts += 1;
    reconnect();
    res.end('queued');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
