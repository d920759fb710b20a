'use strict';

// node benches/page.js FILE
//
// The page over one snapshot, in Chromium: when it can be used, when the classes are there, and how long each side of
// the snapshot takes from the click to the rows.

const { launch } = require('../__test__/browser/browser.js');
const { end, view } = require('../__test__/browser/servers.js');

const OPENING_MS = 180_000;
const SIDES = [
  ['classes, again', '#/snapshots/s1/classes?sort=count', '.table-body .row'],
  ['objects of a class', '#/snapshots/s1/classes?class=0&name=first', 'section .table-body .row'],
  ['one object', '#/snapshots/s1/classes?node=1', '.inspector .trace, .inspector .muted'],
  ['dominators', '#/snapshots/s1/dominators', '.box'],
  ['containment', '#/snapshots/s1/containment', '[role=treeitem] .node'],
  ['duplicated strings', '#/snapshots/s1/strings', '.table-body .row'],
  ['buffers', '#/snapshots/s1/buffers', '.table-body .row, .table-note'],
  ['search', '#/snapshots/s1/search?q=Array', '.table-body .row, .table-note'],
];

async function main(file) {
  const server = await view([file]);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(OPENING_MS);
    let transferred = 0;
    page.on('response', async (response) => {
      transferred += Number((await response.allHeaders())['content-length'] ?? 0);
    });
    const timed = async (title, action, selector) => {
      const started = performance.now();
      await action();
      await page.locator(selector).first().waitFor();
      console.log(`${title}: ${Math.round(performance.now() - started)} ms`);
    };
    await timed('the page can be used', () => page.goto(server.url), 'nav.places a');
    console.log(`transferred: ${(transferred / 1000).toFixed(0)} KB`);
    const go = (hash) => () => page.evaluate((to) => (location.hash = to), hash);
    await timed('the snapshot is open, its classes are there', go('#/snapshots/s1/classes'), '.table-body .row');
    for (const [title, hash, selector] of SIDES) {
      await go('#/captures')();
      await page.getByRole('heading', { level: 1, name: 'Captures' }).waitFor();
      await timed(title, go(hash), selector);
    }
  } finally {
    await browser.close();
    await end(server.child);
  }
}

main(process.argv[2]).catch((error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
