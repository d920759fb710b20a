'use strict';
const { load } = require('../../package-under-test.js');

let Handlebars;
let page;
exports.setup = async () => {
  ({ default: Handlebars } = await load());
  page = Handlebars.compile('{{#each list}}<li>{{this}}</li>{{/each}}');
};
exports.iterate = (i) => page({ list: [i, `<${i}>`] }) + Handlebars.compile('hello {{name}}')({ name: i });
