'use strict';

// What somebody sees who opens the page of a process that leaks fast, and clicks on nothing; and what somebody sees
// whose captures fail.

const assert = require('node:assert/strict');
const { mkdtempSync, rmSync, symlinkSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const { launch, open, settled, visit } = require('./browser.js');
const { end, guarded, load } = require('./servers.js');

const APP = path.join(__dirname, '..', 'apps', 'steep-app.js');
/** Three captures, on a machine that has other things to do. */
const NAMED_MS = 240_000;

const folder = mkdtempSync(path.join(tmpdir(), 'leakguard-steep-'));
let browser;

before(async () => {
  browser = await launch();
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('what leaks is named while one looks, per request and with its line', async (t) => {
  // Not eager by itself: it is the open page that makes it so.
  const app = await guarded(APP, { snapshotDir: path.join(folder, 'kept'), env: { LEAKGUARD_EAGER: 'off' } });
  const working = new AbortController();
  t.after(() => end(app.child));
  t.after(() => working.abort());
  const page = await open(t, browser, app.url);
  await settled(page);
  assert.ok(await page.getByRole('button', { name: 'Find out what grows' }).isVisible());
  const loading = (async () => {
    while (!working.signal.aborted) await Promise.all([load(app.appUrl, 20), sleep(500)]);
  })();
  await page.getByText(/^Finding out what grows: capture \d of 3/).waitFor({ timeout: NAMED_MS });
  await page.locator('a.card').filter({ hasText: 'Session' }).first().waitFor({ timeout: NAMED_MS });
  working.abort();
  await loading;
  const heading = await page.getByRole('heading', { level: 1 }).textContent();
  assert.match(heading, /Growing.*Session.* per request/);
  await page.locator('a.card').first().click();
  await page.locator('.trace .growth-point').filter({ hasText: 'sessions' }).waitFor();
  await page.locator('.source .line.here').first().waitFor();
});

test('the button takes three captures and says what they show', async (t) => {
  const app = await guarded(APP, { snapshotDir: path.join(folder, 'asked'), env: { LEAKGUARD_ON_LEAK: 'off' } });
  const working = new AbortController();
  t.after(() => end(app.child));
  t.after(() => working.abort());
  const page = await open(t, browser, app.url);
  await settled(page);
  const loading = (async () => {
    while (!working.signal.aborted) await Promise.all([load(app.appUrl, 5), sleep(500)]);
  })();
  await page.getByRole('button', { name: 'Find out what grows' }).click();
  // What two captures make likely is there before the third.
  await page.locator('a.card').filter({ hasText: 'Session' }).first().waitFor({ timeout: NAMED_MS });
  await visit(page, '#/captures');
  const captures = page.locator('.captures li');
  await captures.nth(2).waitFor({ timeout: NAMED_MS });
  working.abort();
  await loading;
  assert.equal(await captures.count(), 3);
});

test('a capture that fails says why, until that is dismissed', async (t) => {
  // A link that leads nowhere.
  const lost = path.join(folder, 'lost');
  symlinkSync(path.join(folder, 'nowhere'), lost);
  const app = await guarded(APP, { snapshotDir: lost });
  t.after(() => end(app.child));
  const page = await open(t, browser, app.url);
  await settled(page);
  await visit(page, '#/captures');
  await page.getByLabel('Label').fill('in vain');
  await page.getByRole('button', { name: 'Capture', exact: true }).click();
  const row = page.locator('.captures li').filter({ hasText: 'in vain' });
  await row.getByText('failed', { exact: true }).waitFor();
  assert.match(await row.textContent(), /cannot write .*LG_WRITE/s);
  assert.equal(await row.getByRole('link', { name: 'Download' }).count(), 0);
  await row.getByRole('button', { name: /^Dismiss/ }).click();
  await row.waitFor({ state: 'detached' });
});
