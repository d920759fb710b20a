'use strict';
// p-timeout and p-map add a listener to the signal they are given; a service has one signal for its whole life.
const { load } = require('../../package-under-test.js');

const shutdown = new AbortController();
const calls = {
  'p-timeout': (pTimeout) => pTimeout(Promise.resolve('done'), { milliseconds: 1000, signal: shutdown.signal }),
  'p-map': (pMap) => pMap([1, 2], async (n) => n, { signal: shutdown.signal }),
};
let call;
exports.setup = async () => {
  const { default: wrapped } = await load();
  call = () => calls[process.env.LEAKGUARD_PACKAGE_NAME](wrapped);
};
exports.iterate = () => call();
