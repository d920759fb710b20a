'use strict';
// A debug instance per piece of work; 4.1 keeps every one of them in `createDebug.instances`.
const { load } = require('../../package-under-test.js');

let createDebug;
exports.setup = async () => {
  ({ default: createDebug } = await load());
};
exports.iterate = (i) => createDebug(`worker:${i}`)('started');
