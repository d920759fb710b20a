'use strict';
// Time limits on requests whose connection is kept: the limits go on listening to the socket.
const { once } = require('node:events');
const http = require('node:http');
const { load } = require('../../package-under-test.js');
const { serve } = require('../../loopback.js');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let server;
let start;
exports.setup = async () => {
  const { default: timedOut } = await load();
  server = await serve();
  const options = { host: '127.0.0.1', port: server.port, agent };
  start = () => timedOut(http.get(options), { socket: 60_000 });
};
exports.iterate = async () => {
  const [response] = await once(start(), 'response');
  response.resume();
  await once(response, 'close');
};
exports.teardown = () => {
  agent.destroy();
  server.close();
};
