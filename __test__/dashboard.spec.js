'use strict';

// The page's pure parts; the page itself is tested in a browser, in __test__/browser.

const assert = require('node:assert/strict');
const { createRequire } = require('node:module');
const path = require('node:path');
const test = require('node:test');

const { formatBytes } = require('../lib/bytes.js');

const DASHBOARD = path.join(__dirname, '..', 'dashboard');

/** A TypeScript module of the page, as CommonJS. */
function load(file) {
  const { buildSync } = createRequire(path.join(DASHBOARD, 'package.json'))('esbuild');
  const { outputFiles } = buildSync({ entryPoints: [path.join(DASHBOARD, 'src', file)], bundle: true, format: 'cjs', platform: 'node', write: false });
  const module = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0].text)(module, module.exports, require);
  return module.exports;
}

test('the page writes sizes as the command line does', () => {
  const { bytes } = load('format.ts');
  for (const size of [0, 1, 999, 1000, 6754, 999_949, 999_950, 12_618_040, 4_345_298_944, 7e12]) assert.equal(bytes(size), formatBytes(size));
  assert.equal(bytes(-2140), '−2.1 KB');
});

test('times, rates and distances read well', () => {
  const { delta, count, distance, duration, place, rate } = load('format.ts');
  assert.deepEqual([0.25, 4.24, 12.6, 1300, 42_000, 3_600_000, 5_400_000].map(duration), ['0.25 ms', '4.2 ms', '13 ms', '1.3 s', '42 s', '1 h 0 min', '1 h 30 min']);
  assert.deepEqual([0.3922, 12.34, 1470].map(rate), ['0.39', '12.3', '1,470']);
  assert.deepEqual([3, 100_000_001, -5].map(distance), ['3', '–', '–']);
  assert.deepEqual([5, 0, -5].map((value) => delta(value, count)), ['+5', '0', '−5']);
  assert.equal(place({ file: '/srv/app/node_modules/ccap/lib/hcap.js', line: 46, column: 19 }), 'ccap/lib/hcap.js:46:19');
  assert.equal(place({ file: 'file:///srv/app/server.mjs' }), 'app/server.mjs');
});

test('a list fetches the pages in sight, each once', async (t) => {
  const { PagedList } = load('api/paged.ts');
  const asked = [];
  t.mock.method(globalThis, 'fetch', async (url) => {
    const { searchParams } = new URL(url, 'http://page');
    const [offset, limit] = ['offset', 'limit'].map((name) => Number(searchParams.get(name)));
    asked.push(offset);
    return Response.json({ total: 1000, offset, rows: Array.from({ length: limit }, (_, i) => offset + i) });
  });
  const list = new PagedList('rows?sort=id');
  await until(() => list.total.value === 1000);
  assert.equal(list.row(199), 199);
  assert.equal(list.row(200), undefined);
  list.show(190, 420);
  list.show(390, 430);
  await until(() => list.row(430) !== undefined && list.row(200) !== undefined);
  assert.deepEqual(asked, [0, 200, 400]);
});

test('a snapshot that is still being opened is asked for again', async (t) => {
  const { get } = load('api/client.ts');
  const answers = [Response.json({ state: 'loading', phase: 'read', done: 1, total: 2 }, { status: 202 }), Response.json({ id: 's1' })];
  t.mock.method(globalThis, 'fetch', async () => answers.shift());
  const seen = [];
  assert.deepEqual(await get('explore/s1/summary', { onProgress: (progress) => seen.push(progress.phase) }), { id: 's1' });
  assert.deepEqual(seen, ['read']);
});

test('a refusal keeps its code and its advice', async (t) => {
  const { get } = load('api/client.ts');
  const error = { code: 'LG_HTTP_TOKEN', message: 'This needs a token.', advice: 'Open the login link.' };
  t.mock.method(globalThis, 'fetch', async () => Response.json({ error }, { status: 401 }));
  await assert.rejects(get('stats'), { status: 401, ...error });
});

async function until(condition) {
  for (let turn = 0; !condition(); turn++) {
    assert.ok(turn < 1000, 'still waiting');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
