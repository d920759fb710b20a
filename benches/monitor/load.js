'use strict';

// Load that costs its process little: so many connections, each sending the same request as soon as the last one is
// answered. Every answer has the length of the first, so nothing is parsed.

const { once } = require('node:events');
const net = require('node:net');

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

class Load {
  #sockets;
  #length;

  constructor(sockets, length) {
    this.#sockets = sockets;
    this.#length = length;
  }

  static async connect(port, connections) {
    const sockets = await Promise.all(Array.from({ length: connections }, async () => {
      const socket = net.connect(port, '127.0.0.1').setNoDelay();
      await once(socket, 'connect');
      return socket;
    }));
    const [first] = sockets;
    let text = '';
    first.write(REQUEST);
    for (;;) {
      const [chunk] = await once(first, 'data');
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n') + 4;
      const length = head + Number(/^content-length: (\d+)/im.exec(text)?.[1]);
      if (head > 3 && text.length === length) return new Load(sockets, length);
      if (head > 3 && !(text.length < length)) throw new Error(`not one answer of known length: ${text.slice(0, 200)}`);
    }
  }

  /** Sends that many requests; resolves when all are answered. */
  async run(requests) {
    let left = requests;
    await Promise.all(this.#sockets.map((socket) => new Promise((resolve) => {
      let received = 0;
      const send = () => {
        if (left-- > 0) {
          socket.write(REQUEST);
          return;
        }
        socket.removeListener('data', receive);
        resolve();
      };
      const receive = (chunk) => {
        received += chunk.length;
        if (received < this.#length) return;
        received = 0;
        send();
      };
      socket.on('data', receive);
      send();
    })));
  }
}

module.exports = { Load };
