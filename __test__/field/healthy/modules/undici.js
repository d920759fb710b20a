'use strict';
const { load } = require('../../package-under-test.js');
const { serve } = require('../../loopback.js');

const shutdown = new AbortController();
let fetch;
let server;
exports.setup = async () => {
  ({ fetch } = await load());
  server = await serve();
};
exports.iterate = async (i) => (await fetch(`${server.url}${i}`, { signal: shutdown.signal })).text();
exports.teardown = () => server.close();
