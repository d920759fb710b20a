'use strict';
const { load } = require('../../package-under-test.js');
const { once } = require('node:events');

let server;
let WebSocket;
exports.setup = async () => {
  let WebSocketServer;
  ({ default: WebSocket, WebSocketServer } = await load());
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  await once(server, 'listening');
};
exports.iterate = async (i) => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.address().port}/`);
  await once(socket, 'open');
  socket.send(`message ${i}`);
  await once(socket, 'message');
  socket.close();
  await once(socket, 'close');
};
exports.teardown = () => server.close();
