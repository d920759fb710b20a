'use strict';
const { load } = require('../../package-under-test.js');

let marked;
exports.setup = async () => {
  ({ marked } = await load());
};
exports.iterate = (i) => marked.parse(`# Title ${i}\n\nSome *text* with a [link](http://localhost/${i}).\n\n- a\n- b\n`);
