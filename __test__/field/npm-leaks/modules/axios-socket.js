'use strict';
// Requests in parallel through an agent that keeps its one connection: an error listener is added to the socket for each.
const http = require('node:http');
const { load } = require('../../package-under-test.js');
const { serve } = require('../../loopback.js');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let axios;
let server;
exports.setup = async () => {
  ({ default: axios } = await load());
  server = await serve();
};
exports.iterate = () => Promise.all([1, 2, 3].map(() => axios.get(server.url, { httpAgent: agent })));
exports.teardown = () => {
  agent.destroy();
  server.close();
};
