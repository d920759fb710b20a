'use strict';
// Tasks with the service's own signal.
const { load } = require('../../package-under-test.js');

const shutdown = new AbortController();
let queue;
exports.setup = async () => {
  const { default: PQueue } = await load();
  queue = new PQueue({ concurrency: 2 });
};
exports.iterate = () => queue.add(async () => 'done', { signal: shutdown.signal });
