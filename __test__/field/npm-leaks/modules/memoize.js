'use strict';
// Results of a question that are too old after five milliseconds; version 10.1 keeps the ids of their timers.
const { load } = require('../../package-under-test.js');

let lookUp;
exports.setup = async () => {
  const { default: memoize } = await load();
  lookUp = memoize((name) => ({ name }), { maxAge: 5 });
};
exports.iterate = (i) => lookUp(`user-${i}`);
