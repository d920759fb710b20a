'use strict';

// Pages in jsdom: a deep object graph of wrappers and impls, symbols everywhere, listeners, detached subtrees.

const { JSDOM } = require('jsdom');
const { capture, kept } = require('./capture.js');

function page(n) {
  const dom = new JSDOM(`<!doctype html><title>${n}</title><ul>${'<li class="row"><a href="#">row</a></li>'.repeat(20)}</ul>`);
  const { document } = dom.window;
  const rows = [...document.querySelectorAll('li')];
  for (const row of rows) row.addEventListener('click', () => console.log(n, row.textContent));
  for (const row of rows.slice(0, 5)) row.remove();
  return { dom, detached: rows.slice(0, 5) };
}

for (let n = 0; n < 3; n++) kept.push(page(n));
capture('a');
for (let n = 3; n < 6; n++) kept.push(page(n));
kept[0].dom.window.close();
kept.shift();
capture('b');
