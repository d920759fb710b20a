'use strict';
// A FinalizationRegistry whose held value refers to the object it waits for: it never becomes garbage.
const http = require('node:http');

const registry = new FinalizationRegistry((held) => held.connection.close());

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
    registry.register(connection, { connection });
    res.end('ok');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
