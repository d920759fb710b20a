'use strict';
const { load } = require('../../package-under-test.js');

let uuid;
exports.setup = async () => {
  uuid = await load();
};
exports.iterate = (i) => uuid.v4() + uuid.v5(`name-${i}`, uuid.v5.URL);
