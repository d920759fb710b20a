'use strict';

// What tables, sizes and progress lines look like.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { formatBytes } = require('../lib/bytes.js');
const { ProgressLine } = require('../lib/progress.js');
const { clip, formatTable } = require('../lib/table.js');

test('sizes never read one thousand', () => {
  const texts = [0, 999, 1000, 999_949, 999_950, 12_345_678, 3.2e9, -1234].map(formatBytes);
  assert.deepEqual(texts, ['0 B', '999 B', '1.0 KB', '999.9 KB', '1.0 MB', '12.3 MB', '3.2 GB', '-1.2 KB']);
});

test('a table lines its columns up and cuts what is too long', () => {
  const table = formatTable([['class', 'count'], ['A', '1'], ['x'.repeat(60), '1,000']], { firstWidth: 10 });
  assert.equal(table, 'class       count\nA               1\nxxxxxxxxx…  1,000\n');
  assert.equal(clip('a\u001b[2Jb\nc', 20), 'a [2Jb c');
});

test('a progress line is for terminals only, and is taken away', () => {
  const written = [];
  const stream = (isTTY) => ({ isTTY, columns: 50, write: (text) => written.push(text) });
  const silent = new ProgressLine(stream(false));
  silent.update({ phase: 'read', done: 1, total: 2 });
  silent.clear();
  assert.deepEqual(written, []);
  const line = new ProgressLine(stream(true));
  line.update({ phase: 'read', done: 1, total: 2, note: 'a note that does not fit' });
  line.update({ phase: 'read', done: 1, total: 2, note: 'a note that does not fit' });
  line.update({ phase: 'graph' });
  line.clear();
  line.clear();
  assert.equal(written.length, 3);
  assert.match(written[0], /^\rread +█{12}░{12} +50 %/);
  assert.ok(written[0].length < 50 + '\r\u001b[K'.length);
  assert.match(written[1], /^\rgraph/);
});
