'use strict';
const { load } = require('../../package-under-test.js');
const { serve } = require('../../loopback.js');

let axios;
let server;
exports.setup = async () => {
  ({ default: axios } = await load());
  server = await serve();
};
exports.iterate = (i) => axios.get(server.url, { params: { i }, signal: new AbortController().signal });
exports.teardown = () => server.close();
