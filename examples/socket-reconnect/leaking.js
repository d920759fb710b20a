'use strict';
// A client that keeps one Socket and adds its `connect` listener again at every retry.
const http = require('node:http');
const net = require('node:net');

const upstream = new net.Socket();
upstream.setMaxListeners(0);
upstream.on('error', () => {});

function reconnect(attempt) {
  upstream.on('connect', function onConnect() {
    upstream.write(`hello ${attempt}\n`);
  });
  if (!upstream.connecting) upstream.connect({ host: '127.0.0.1', port: 1 });
}

let attempts = 0;
http
  .createServer((req, res) => {
    reconnect(++attempts); // every request finds the upstream down and tries again
    res.end('queued');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
