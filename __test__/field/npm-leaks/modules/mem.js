'use strict';
// Results that are too old are not used, and before version 4 they were not forgotten either.
const { load } = require('../../package-under-test.js');

let lookUp;
exports.setup = async () => {
  const { default: mem } = await load();
  lookUp = mem((name) => ({ name, found: true }), { maxAge: 5 });
};
exports.iterate = (i) => lookUp(`user-${i}`);
