'use strict';

// `npm run screenshots`: docs/screenshots, of the real page over examples/ssr-window while it leaks, and over the
// snapshots of a hunt in it. Says how long it took until the leak was named on the page. With `files` or `live`, only those.

const { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { launch, settled, visit } = require('../__test__/browser/browser.js');
const { CLI, end, guarded, load, output, view } = require('../__test__/browser/servers.js');
const { ensureBuilt } = require('./ensure-built.js');
const { ROOT } = require('./step.js');

const EXAMPLE = join(ROOT, 'examples', 'ssr-window');
const OUT = join(ROOT, 'docs', 'screenshots');
/** A page of documentation should load at once. */
const LARGEST = 250_000;
/** A second; each leaves a window of half a megabyte. */
const REQUESTS = 3;
const NAMED_MS = 600_000;

async function live(browser, folder) {
  const app = await guarded(join(EXAMPLE, 'server.js'), { snapshotDir: join(folder, 'kept') });
  const working = new AbortController();
  try {
    // While the heap is small.
    await capture(app.url, 'before the load');
    const { page } = await open(browser, app.url);
    const began = Date.now();
    const seconds = () => ((Date.now() - began) / 1000).toFixed(0);
    const load = steady(app.appUrl, working.signal);
    await page.getByText(/^Finding out what grows/).waitFor({ timeout: NAMED_MS });
    console.log(`after ${seconds()} s of load, the guard begins to look`);
    await shoot(page, 'looking', { working: true });
    await page.locator('a.card').filter({ hasText: 'Timeout' }).first().waitFor({ timeout: NAMED_MS });
    console.log(`after ${seconds()} s of load it is likely: ${await page.getByRole('heading', { level: 1 }).textContent()}`);
    await page.locator('a.card').filter({ hasText: 'Timeout', hasNotText: 'weak evidence' }).first().waitFor({ timeout: NAMED_MS });
    console.log(`after ${seconds()} s of load it is named: ${await page.getByRole('heading', { level: 1 }).textContent()}`);
    await visit(page, '#/overview');
    await page.locator('a.card').first().waitFor();
    await shoot(page, 'overview');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shoot(page, 'overview-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await visit(page, '#/captures');
    await page.getByText(/^Expected: about/).waitFor();
    await shoot(page, 'captures');
    await visit(page, '#/machine');
    await shoot(page, 'machine');
    working.abort();
    await load;
  } finally {
    working.abort();
    await end(app.child);
  }
}

async function files(browser, folder) {
  const kept = join(folder, 'hunt');
  const text = await output([CLI, 'hunt', join(EXAMPLE, 'leaking.js'), '--json', '--exact', '--warmup', '10', '--iterations', '15', '--rounds', '4', '--keep', kept], 1);
  const report = join(folder, 'hunt.json');
  writeFileSync(report, text);
  const [suspect] = JSON.parse(text).suspects;
  const server = await view(['--report', report, ...readdirSync(kept).sort().map((file) => join(kept, file))]);
  try {
    const { page } = await open(browser, server.url);
    await settled(page);
    const last = `s${readdirSync(kept).length - 1}`;
    const views = {
      suspect: `#/suspect/${suspect.fingerprint}`,
      compare: `#/compare/s1/${last}`,
      growth: `#/compare/s1/${last}?tab=growth`,
      classes: `#/snapshots/${last}/classes`,
      dominators: `#/snapshots/${last}/dominators`,
      containment: `#/snapshots/${last}/containment`,
    };
    for (const [name, hash] of Object.entries(views)) {
      await visit(page, hash);
      await shoot(page, name);
    }
    await visit(page, `#/snapshots/${last}/search?q=Window`);
    await page.getByRole('grid', { name: 'Objects found' }).getByRole('row').nth(1).click();
    await page.locator('.inspector [role=treeitem]').first().waitFor();
    await shoot(page, 'object');
    const phone = await open(browser, server.url, { width: 390, height: 780 });
    await visit(phone.page, views.suspect);
    await shoot(phone.page, 'phone');
  } finally {
    await end(server.child);
  }
}

async function open(browser, url, { width = 1180, height = 760 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: 'light' });
  const page = await context.newPage();
  await page.goto(url);
  await settled(page);
  return { page };
}

async function capture(url, label) {
  await fetch(`${url}snapshot?wait=0&label=${encodeURIComponent(label)}`, { method: 'POST' });
  for (const until = Date.now() + 120_000; Date.now() < until; await sleep(250)) {
    const { snapshots } = await (await fetch(`${url}snapshots`)).json();
    if (snapshots.some((one) => one.label === label && one.state === 'kept')) return;
  }
  throw new Error(`the capture ${label} did not end`);
}

/** Some requests a second, until it is told to stop. */
async function steady(url, signal) {
  while (!signal.aborted) await Promise.all([load(url, REQUESTS), sleep(1000)]);
}

/** `working`: something is under way, and shall be in the picture. */
async function shoot(page, name, { working = false } = {}) {
  if (!working) await settled(page);
  // Two frames: charts are drawn after the layout is known.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const file = join(OUT, `${name}.png`);
  await page.screenshot({ path: file });
  const { size } = statSync(file);
  console.log(`${name}.png: ${Math.round(size / 1000)} KB`);
  if (size > LARGEST) throw new Error(`${name}.png is larger than ${LARGEST} bytes`);
}

async function main() {
  ensureBuilt();
  mkdirSync(OUT, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-screenshots-'));
  const browser = await launch();
  try {
    const parts = { files, live };
    for (const name of process.argv[2] === undefined ? Object.keys(parts) : [process.argv[2]]) await parts[name](browser, folder);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
