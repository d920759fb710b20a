'use strict';

// The page over a living process that leaks: captures, the suspect, live figures; and what another site's page may not.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const http = require('node:http');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');

const { faultsOfAccess, launch, open, settled, visit } = require('./browser.js');
const { LEAKING, end, guarded, load } = require('./servers.js');

const folder = mkdtempSync(path.join(tmpdir(), 'leakguard-live-'));
let browser;
let app;

before(async () => {
  app = await guarded(LEAKING, { snapshotDir: folder });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  if (app !== undefined) await end(app.child);
  rmSync(folder, { recursive: true, force: true });
});

async function capture(page, label) {
  await page.getByLabel('Label').fill(label);
  await page.getByRole('button', { name: 'Capture', exact: true }).click();
  await page.locator('.captures li').filter({ hasText: label }).getByRole('link', { name: 'Download' }).waitFor();
}

test('live figures arrive', async (t) => {
  const page = await open(t, browser, app.url);
  await settled(page);
  const samples = () => page.evaluate(async () => (await (await fetch('history')).json()).samples.length);
  const before = await samples();
  await page.getByRole('img', { name: /^Memory over time/ }).waitFor();
  // Without pointing at a time, the latest figures.
  await page.locator('.u-legend .u-value').filter({ hasText: /^[\d.]+ MB$/ }).first().waitFor();
  const label = () => page.getByRole('img', { name: /^Memory over time/ }).getAttribute('aria-label');
  const shown = await label();
  await load(app.appUrl, 300);
  // The chart's own words change without anybody loading the page again.
  await page.waitForFunction((old) => document.querySelector('[aria-label^="Memory over time"]')?.getAttribute('aria-label') !== old, shown);
  assert.ok((await samples()) >= before);
});

test('captures are taken, compared, and name the leak and its line', async (t) => {
  const page = await open(t, browser, app.url);
  await settled(page);
  await visit(page, '#/captures');
  await page.getByText(/^Expected: about/).waitFor();
  for (const label of ['first', 'second', 'third']) {
    await load(app.appUrl, 400);
    await capture(page, label);
  }
  await page.locator('.captures li').filter({ hasText: 'third' }).getByRole('checkbox').check();
  await page.locator('.captures li').filter({ hasText: 'first' }).getByRole('checkbox').check();
  await page.getByRole('link', { name: 'Compare the two' }).click();
  await page.getByRole('searchbox', { name: 'Filter classes' }).fill('cap');
  await page.getByRole('grid', { name: 'Classes that changed' }).getByRole('row').filter({ hasText: /^CAP/ }).waitFor();

  await visit(page, '#/overview');
  await page.locator('a.card').filter({ hasText: 'CAP' }).first().click();
  await page.locator('.trace .growth-point').filter({ hasText: 'reg_ary' }).waitFor();
  await page.locator('.source .line.here').filter({ hasText: 'var CAP = function' }).waitFor();
});

test('a capture is downloaded as Chrome takes it, and deleted', async (t) => {
  const page = await open(t, browser, app.url);
  await settled(page);
  await visit(page, '#/captures');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).first().click()]);
  const saved = path.join(folder, 'saved.heapsnapshot');
  await download.saveAs(saved);
  const { snapshot } = JSON.parse(readFileSync(saved, 'utf8'));
  assert.ok(snapshot.node_count > 1000);
  rmSync(saved);

  const kept = page.locator('.captures li');
  const before = await kept.count();
  await page.getByRole('button', { name: /^Delete/ }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.waitForFunction((count) => document.querySelectorAll('.captures li').length === count - 1, before);
});

test('every view is accessible, light and dark', async (t) => {
  for (const dark of [false, true]) {
    const page = await open(t, browser, app.url, { dark });
    await settled(page);
    for (const hash of ['#/overview', '#/compare', '#/captures', '#/machine']) {
      await visit(page, hash);
      assert.deepEqual(await faultsOfAccess(page, { dark }), [], `${hash}, ${dark ? 'dark' : 'light'}`);
    }
  }
});

test('on a phone a process still has its name', async (t) => {
  const page = await open(t, browser, app.url, { width: 390, height: 844 });
  await settled(page);
  await visit(page, '#/machine');
  // Its own, or that of the package it was started from.
  const { process: { app: called } } = await (await fetch(`${app.url}stats`)).json();
  const name = page.getByRole('gridcell').filter({ hasText: called }).first();
  await name.waitFor();
  assert.ok((await name.boundingBox()).width >= 60);
  assert.ok(await page.locator('.table').evaluate((table) => table.scrollWidth <= table.clientWidth));
});

test('the keys lead around, and the theme changes', async (t) => {
  const page = await open(t, browser, app.url);
  await settled(page);
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('growth point').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('4');
  await page.getByRole('heading', { level: 1, name: 'Captures' }).waitFor();
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.keyboard.press('t');
  await page.waitForFunction((was) => getComputedStyle(document.body).backgroundColor !== was, light);
});

test('a page of another origin can neither read, nor capture, nor delete, nor frame', async (t) => {
  const evil = http.createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>evil</title>')).listen(0, '127.0.0.1');
  await once(evil, 'listening');
  t.after(() => evil.close());
  const kept = async () => (await (await fetch(`${app.url}snapshots`)).json()).snapshots.map(({ id }) => id);
  const before = await kept();
  assert.ok(before.length > 0);
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${evil.address().port}/`);
  const attempts = await page.evaluate(
    async ({ url, id }) => {
      const attempt = async (path, options) => {
        try {
          const response = await fetch(url + path, options);
          return response.type === 'opaque' ? 'opaque' : `read ${response.status}`;
        } catch {
          return 'failed';
        }
      };
      return Promise.all([
        attempt('stats'),
        attempt('snapshot?label=evil'),
        attempt('snapshot?label=evil', { method: 'POST' }),
        attempt('snapshot?label=evil', { mode: 'no-cors' }),
        attempt('snapshot?label=evil', { mode: 'no-cors', method: 'POST', body: '{}' }),
        attempt(`snapshots/${id}`, { method: 'DELETE' }),
        attempt(`snapshots/${id}/download`),
        attempt('explore/files'),
      ]);
    },
    { url: app.url, id: before[0] },
  );
  assert.ok(attempts.every((outcome) => outcome === 'failed' || outcome === 'opaque'), attempts.join());
  const streamed = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const events = new EventSource(`${url}events`);
        events.onopen = () => resolve('open');
        events.onerror = () => resolve('refused');
      }),
    app.url,
  );
  assert.equal(streamed, 'refused');
  // A form and a frame are navigations, which browsers let through: the server has to refuse them.
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().includes('label=form')),
    page.evaluate((url) => {
      document.body.innerHTML = `<iframe name="f"></iframe><form target="f" method="post" action="${url}snapshot?label=form"></form>`;
      document.querySelector('form').submit();
    }, app.url),
  ]);
  assert.equal(answer.status(), 403);
  const frame = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const one = document.createElement('iframe');
        one.onload = () => resolve(one.contentDocument === null ? 'closed' : 'open');
        one.src = url;
        document.body.append(one);
      }),
    app.url,
  );
  assert.equal(frame, 'closed');
  const shown = page.frames().find((one) => one.url().startsWith(app.url));
  assert.equal(shown === undefined ? 0 : await shown.locator('#app').count(), 0);
  assert.deepEqual(await kept(), before);
});

test('a process that ends is missed, and what was known stays', async (t) => {
  const page = await open(t, browser, app.url);
  await settled(page);
  await end(app.child);
  await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor();
  assert.ok((await page.locator('.figures dd').count()) > 3);
});
