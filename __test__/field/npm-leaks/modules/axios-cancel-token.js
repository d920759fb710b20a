'use strict';
// One cancel token for the life of a service, given to every request.
const { load } = require('../../package-under-test.js');
const { serve } = require('../../loopback.js');

let axios;
let server;
let shutdown;
exports.setup = async () => {
  ({ default: axios } = await load());
  server = await serve();
  shutdown = axios.CancelToken.source();
};
exports.iterate = () => axios.get(server.url, { cancelToken: shutdown.token });
exports.teardown = () => server.close();
