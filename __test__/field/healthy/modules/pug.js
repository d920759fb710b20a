'use strict';
const { load } = require('../../package-under-test.js');

let page;
exports.setup = async () => {
  const { default: pug } = await load();
  page = pug.compile('ul\n  each n in list\n    li= n');
};
exports.iterate = (i) => page({ list: [i, `<${i}>`] });
