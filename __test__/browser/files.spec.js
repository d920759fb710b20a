'use strict';

// Files in the page: dropped on it, closed, and those that are no snapshots.

const assert = require('node:assert/strict');
const { existsSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');

const { launch, open, settled, visit } = require('./browser.js');
const { end, output, view } = require('./servers.js');

const folder = mkdtempSync(path.join(tmpdir(), 'leakguard-files-'));
const files = ['one', 'two'].map((name) => path.join(folder, `${name}.heapsnapshot`));
let browser;
let server;

before(async () => {
  for (const file of files) await output(['-e', `require('node:v8').writeHeapSnapshot(${JSON.stringify(file)})`], 0);
  server = await view(files);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  if (server !== undefined) await end(server.child);
  rmSync(folder, { recursive: true, force: true });
});

test('what is dropped on any view comes in, and what is no snapshot says so and spoils nothing', async (t) => {
  const page = await open(t, browser, server.url);
  await settled(page);
  const verdict = await page.getByRole('heading', { level: 1 }).textContent();
  await visit(page, '#/snapshots/s1/statistics');
  const dataTransfer = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['{"no": "snapshot"}'], 'broken.heapsnapshot'));
    return transfer;
  });
  await page.dispatchEvent('main', 'dragenter', { dataTransfer });
  await page.getByText('Drop to look into it').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer });
  await page.getByText('Drop to look into it').waitFor({ state: 'detached' });
  const row = page.locator('.files li').filter({ hasText: 'broken' });
  await row.getByText(/cannot be read: /).waitFor();
  await page.getByRole('heading', { level: 1 }).filter({ hasText: verdict }).waitFor();
});

test('a file that is closed stays on the disk, and its address says that it is gone', async (t) => {
  const page = await open(t, browser, server.url);
  await settled(page);
  await visit(page, '#/captures');
  await page.getByRole('heading', { level: 1, name: 'Files' }).waitFor();
  await page.getByRole('button', { name: 'Close one.heapsnapshot' }).click();
  await page.locator('.captures li').filter({ hasText: 'one' }).waitFor({ state: 'detached' });
  assert.ok(files.every((file) => existsSync(file)));
  await visit(page, '#/snapshots/s1');
  await page.getByText('There is no snapshot s1 here.').waitFor();
});
