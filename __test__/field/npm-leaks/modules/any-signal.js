'use strict';
// A signal for each request, made of the service's and the request's; clear() says that the request is over.
const { load } = require('../../package-under-test.js');

const shutdown = new AbortController();
let anySignal;
exports.setup = async () => {
  const exported = await load();
  // Version 3 exports it by name only.
  anySignal = exported.anySignal ?? exported.default;
};
exports.iterate = () => {
  const signal = anySignal([shutdown.signal, new AbortController().signal]);
  signal.clear?.();
};
