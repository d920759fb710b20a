'use strict';
// The same registry; the held value has what closing needs, and not the connection.
const http = require('node:http');

const registry = new FinalizationRegistry((held) => held.buffer.fill(0));

class Connection {
  constructor() {
    this.buffer = new Array(64).fill(0);
  }

  close() {
    this.buffer = null;
  }
}

http
  .createServer((req, res) => {
    const connection = new Connection();
    registry.register(connection, { buffer: connection.buffer });
    res.end('ok');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
