'use strict';
// Fetches through an agent that keeps its connection.
const http = require('node:http');
const { load } = require('../../package-under-test.js');
const { serve } = require('../../loopback.js');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let fetch;
let server;
exports.setup = async () => {
  ({ default: fetch } = await load());
  server = await serve();
};
exports.iterate = async () => {
  const response = await fetch(server.url, { agent });
  await response.text();
};
exports.teardown = () => {
  agent.destroy();
  server.close();
};
