'use strict';
// Answers come as events with a name of their own; whoever waits for one takes his listener away after it.
const { load } = require('../../package-under-test.js');

let bus;
exports.setup = async () => {
  const exported = await load();
  const Emitter = exported.Emitter ?? exported.default;
  bus = new Emitter();
};
exports.iterate = (i) => {
  const listener = () => {};
  bus.on(`answer-${i}`, listener);
  bus.emit(`answer-${i}`);
  bus.off(`answer-${i}`, listener);
};
