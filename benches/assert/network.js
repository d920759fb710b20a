'use strict';

// Healthy functions that talk to a server of their own on the loopback interface.

const http = require('node:http');
const net = require('node:net');
const { once } = require('node:events');
const { finished } = require('node:stream/promises');

const network = {
  'keep-alive': () => client(new http.Agent({ keepAlive: true })),
  'connection per request': () => client(new http.Agent({ keepAlive: false })),
  fetch: () => {
    const server = serve();
    const run = async () => {
      const answer = await fetch(`http://127.0.0.1:${await server.port}/`);
      await answer.text();
    };
    return Object.assign(run, { close: server.close });
  },
  socket: () => {
    const server = net.createServer((socket) => socket.end('hello'));
    server.listen(0, '127.0.0.1');
    const listening = once(server, 'listening');
    const run = async () => {
      await listening;
      const socket = net.connect(server.address().port, '127.0.0.1').resume();
      await once(socket, 'close');
    };
    return Object.assign(run, { close: () => server.close() });
  },
  'server per call': () => async () => {
    const server = http.createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  },
};

function client(agent) {
  const server = serve();
  const run = async () => {
    const request = http.get({ host: '127.0.0.1', port: await server.port, agent });
    const [answer] = await once(request, 'response');
    answer.resume();
    await finished(answer);
  };
  const close = () => {
    agent.destroy();
    server.close();
  };
  return Object.assign(run, { close });
}

function serve() {
  const server = http.createServer((_request, response) => response.end('hello'));
  server.listen(0, '127.0.0.1');
  const port = once(server, 'listening').then(() => server.address().port);
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port, close };
}

module.exports = { network };
