'use strict';
const { load } = require('../../package-under-test.js');

let markdown;
exports.setup = async () => {
  const { default: MarkdownIt } = await load();
  markdown = new MarkdownIt({ linkify: true });
};
exports.iterate = (i) => markdown.render(`# Title ${i}\n\nSome *text* with http://localhost/${i}.\n\n1. a\n2. b\n`);
