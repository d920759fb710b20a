'use strict';
const { load } = require('../../package-under-test.js');

let JSDOM;
exports.setup = async () => {
  ({ default: { JSDOM } } = await load());
};
exports.iterate = (i) => {
  const { window } = new JSDOM(`<p id="n">${i}</p>`);
  const text = window.document.getElementById('n').textContent;
  window.close();
  return text;
};
