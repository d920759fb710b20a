'use strict';
const { load } = require('../../package-under-test.js');

let ejs;
exports.setup = async () => {
  ({ default: ejs } = await load());
};
// Compiled each time: the template is not cached without a file name.
exports.iterate = (i) => ejs.render('<ul><% for (const n of list) { %><li><%= n %></li><% } %></ul>', { list: [i, i + 1] });
