'use strict';

// The page over files: the snapshots of a hunt, and its report. From "there is a leak" to the objects that leak.

const assert = require('node:assert/strict');
const { mkdtempSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');

const { faultsOfAccess, launch, open, settled, visit } = require('./browser.js');
const { CLI, LEAKING, end, output, view } = require('./servers.js');

const folder = mkdtempSync(path.join(tmpdir(), 'leakguard-browser-'));
const snapshots = path.join(folder, 'snapshots');
let browser;
let server;
let suspect;

before(async () => {
  const found = await output([CLI, 'hunt', LEAKING, '--json', '--rounds', '3', '--keep', snapshots], 1);
  const report = path.join(folder, 'hunt.json');
  writeFileSync(report, found);
  [suspect] = JSON.parse(found).suspects;
  const files = readdirSync(snapshots).sort().map((file) => path.join(snapshots, file));
  server = await view(['--report', report, ...files]);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  if (server !== undefined) await end(server.child);
  rmSync(folder, { recursive: true, force: true });
});

const start = (t, options) => open(t, browser, server.url, options);

test('the leak is named, and leads to its growth point, its place and its objects', async (t) => {
  const page = await start(t);
  await page.getByRole('heading', { level: 1 }).filter({ hasText: 'Leak' }).waitFor();
  assert.match(await page.getByRole('heading', { level: 1 }).textContent(), /CAP \+1\.00 per request/);

  await page.locator('a.card').first().click();
  await page.getByRole('heading', { level: 1, name: /CAP \+1\.00 per request/ }).waitFor();
  assert.match(await page.locator('.trace .growth-point').textContent(), /reg_ary.*grows here: [\d,]+ → [\d,]+ elements/);
  const inSource = page.getByRole('region', { name: 'In the source' }).locator('figcaption');
  assert.match(await inSource.last().textContent(), new RegExp(`ccap/lib/hcap\\.js:${suspect.definedAt.line}`));
  const allocated = page.getByRole('region', { name: 'Where it is allocated' });
  assert.match(await allocated.textContent(), /CAP.*ccap\/lib\/hcap\.js/);

  const sample = page.getByRole('grid', { name: 'Sample of leaked objects' });
  await sample.getByRole('row').filter({ hasText: 'CAP' }).first().click();
  await page.locator('.inspector .trace').waitFor();
  assert.match(await page.locator('.inspector .trace').textContent(), /reg_ary/);
});

test('the comparison sorts, filters, and leads from a class to its objects and their retainers', async (t) => {
  const page = await start(t);
  await settled(page);
  await visit(page, '#/compare/s1/s4');
  const table = page.getByRole('grid', { name: 'Classes that changed' });
  await table.getByRole('row').nth(5).waitFor();
  await table.getByRole('button', { name: 'Class' }).click();
  await page.waitForFunction(() => location.hash.includes('sort=name'));
  assert.equal(await table.locator('[aria-sort=ascending]').count(), 1);

  await page.keyboard.press('/');
  await page.keyboard.type('cap');
  const row = table.getByRole('row').filter({ hasText: /^CAP/ });
  await row.waitFor();
  await page.keyboard.press('Escape');
  await row.click();
  const objects = page.getByRole('grid', { name: 'Objects of the class' });
  await objects.getByRole('row').filter({ hasText: 'CAP' }).first().click();
  const retainers = page.getByRole('tree', { name: /Retainers/ });
  await retainers.getByRole('treeitem').filter({ hasText: 'Array' }).first().waitFor();
});

test('what grew in place is there by its name', async (t) => {
  const page = await start(t);
  await settled(page);
  await visit(page, '#/compare/s1/s4?tab=growth');
  await page.getByRole('grid', { name: 'Objects that grew in place' }).getByRole('row').nth(1).waitFor();
});

test('a snapshot is looked at from all sides, with the keyboard', async (t) => {
  const page = await start(t);
  await settled(page);
  await visit(page, '#/snapshots/s4/classes');
  const classes = page.getByRole('grid', { name: 'Classes', exact: true });
  await classes.getByRole('row').nth(3).waitFor();
  await classes.focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  const objects = page.getByRole('grid', { name: /^Objects of class/ });
  await objects.getByRole('row').nth(1).waitFor();
  // The row that is moved to is in sight, and not half below the edge.
  for (let n = 0; n < 15; n++) await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => {
    const [table, row] = ['[aria-label=Classes]', '[aria-label=Classes] .row.active'].map((one) => document.querySelector(one)?.getBoundingClientRect());
    return row !== undefined && row.bottom <= table.bottom && row.top >= table.top;
  });
  await page.keyboard.press('Escape');
  await objects.waitFor({ state: 'detached' });

  await visit(page, '#/snapshots/s4/dominators');
  const boxes = page.locator('.dominators button.box');
  await boxes.nth(3).waitFor();
  // By its label: the boxes in it are over its middle.
  await boxes.nth(1).click({ position: { x: 6, y: 6 } });
  await page.waitForFunction(() => /root=\d+/.test(location.hash));
  await page.getByRole('button', { name: 'Whole heap' }).click();
  await page.waitForFunction(() => !location.hash.includes('root='));

  await visit(page, '#/snapshots/s4/containment');
  const tree = page.getByRole('tree', { name: /Containment/ });
  await tree.getByRole('treeitem').nth(1).waitFor();
  const closed = await tree.getByRole('treeitem').count();
  await tree.focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction((count) => document.querySelectorAll('[role=treeitem]').length > count, closed);

  for (const [side, label] of [['strings', 'Duplicated strings'], ['strings?by=size', 'Biggest strings'], ['buffers', 'Biggest buffers']]) {
    await visit(page, `#/snapshots/s4/${side}`);
    await page.getByRole('grid', { name: label }).getByRole('row').nth(1).waitFor();
  }
  await visit(page, '#/snapshots/s4/statistics');
  await page.getByRole('row', { name: /Strings/ }).waitFor();
  // Bars are as long as what they stand for.
  const bars = await page.locator('.kinds tbody tr').evaluateAll((rows) =>
    rows.map((row) => [row.querySelector('.share-bar').getBoundingClientRect().width, Number.parseFloat(row.querySelector('.share').textContent)]),
  );
  const [width, share] = bars.reduce((most, bar) => (bar[1] > most[1] ? bar : most));
  for (const [other, part] of bars) assert.ok(Math.abs(other - (width * part) / share) < 2, `${other} for ${part} %, ${width} for ${share} %`);

  await visit(page, '#/snapshots/s4/search');
  await page.keyboard.press('/');
  await page.keyboard.type('CAP');
  await page.getByRole('grid', { name: 'Objects found' }).getByRole('row').filter({ hasText: 'CAP' }).first().waitFor();
});

test('while an index is built, the page says so and asks again', async (t) => {
  const page = await start(t);
  await settled(page);
  let asked = 0;
  await page.route('**/explore/s4/nodes/5', async (route) => {
    if (asked++ > 1) return route.continue();
    return route.fulfill({ status: 202, headers: { 'Retry-After': '1' }, json: { state: 'indexing', id: 's4', phase: 'retaining paths', done: 0, total: 0 } });
  });
  await page.evaluate(() => {
    location.hash = '#/snapshots/s4/classes?node=5';
  });
  const inspector = page.locator('.inspector');
  await inspector.getByText('preparing retaining paths').waitFor();
  await inspector.getByRole('heading', { level: 2 }).waitFor();
  assert.ok(asked > 2);
});

test('a snapshot is downloaded, and opened again by dropping it', async (t) => {
  const page = await start(t);
  await settled(page);
  await visit(page, '#/captures');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).first().click()]);
  const saved = path.join(folder, 'again.heapsnapshot');
  await download.saveAs(saved);
  await visit(page, '#/overview');
  await page.locator('input[type=file]').setInputFiles(saved);
  await page.getByRole('link', { name: /again/ }).click();
  await page.getByRole('grid', { name: 'Classes', exact: true }).getByRole('row').filter({ hasText: 'CAP' }).waitFor();
});

test('no view has serious faults of access, light or dark, nor scrolls sideways on a phone', async (t) => {
  const views = [
    '#/overview',
    `#/suspect/${suspect.fingerprint}`,
    '#/compare/s1/s4',
    '#/compare/s1/s4?tab=growth',
    '#/snapshots/s4/classes?class=0&name=Object',
    '#/snapshots/s4/classes?node=1',
    '#/snapshots/s4/dominators',
    '#/snapshots/s4/containment',
    '#/snapshots/s4/strings',
    '#/snapshots/s4/statistics',
    '#/snapshots/s4/search?q=CAP',
    '#/captures',
    '#/snapshots/s99',
    '#/nowhere',
  ];
  for (const dark of [false, true]) {
    const page = await start(t, { dark });
    await settled(page);
    for (const hash of views) {
      await visit(page, hash);
      assert.deepEqual(await faultsOfAccess(page, { dark }), [], `${hash}, ${dark ? 'dark' : 'light'}`);
    }
  }
  const phone = await start(t, { width: 390, height: 844 });
  await settled(phone);
  for (const hash of views) {
    await visit(phone, hash);
    const [content, screen] = await phone.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= screen, `${hash} is ${content} wide on a screen of ${screen}`);
    // Nothing of a table is beyond its edge, nor the tab where one is.
    await phone.waitForFunction(() => [...document.querySelectorAll('.table')].every((table) => table.scrollWidth <= table.clientWidth));
    await phone.waitForFunction(() => [...document.querySelectorAll('nav [aria-current]')].every((tab) => tab.getBoundingClientRect().right <= innerWidth));
  }
});
