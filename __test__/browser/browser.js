'use strict';

// A real Chromium, Debian's, for the tests of the page and for its screenshots.

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

const requireOfPage = createRequire(path.join(__dirname, '..', '..', 'dashboard', 'package.json'));

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** For one condition; the machines of CI are slow. */
const PATIENCE_MS = 30_000;

function launch() {
  const { chromium } = requireOfPage('playwright-core');
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}

/** A page that fails the test when it throws, or when its content security policy refuses something. */
async function open(t, browser, url, { dark = false, width = 1280, height = 800 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', acceptDownloads: true });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
  });
  await page.goto(url);
  t.after(async () => {
    await context.close();
    assert.deepEqual(faults, []);
  });
  return page;
}

/** Goes to a view by its address, and waits until it has loaded. */
async function visit(page, hash) {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await settled(page);
}

async function settled(page) {
  await page.waitForFunction(() => document.querySelector('main :is(h1, h2, table, .table, .status-title)') !== null && document.querySelector('main progress') === null);
}

/** What axe finds that is serious or worse; in the second theme only the colours differ. */
async function faultsOfAccess(page, { dark = false } = {}) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(readFileSync(requireOfPage.resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), dark ? { runOnly: ['color-contrast'] } : {});
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

module.exports = { PATIENCE_MS, faultsOfAccess, launch, open, settled, visit };
