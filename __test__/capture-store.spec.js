'use strict';

const assert = require('node:assert/strict');
const { mkdtempSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { after, before, test } = require('node:test');

const { Store, snapshotId } = require('../lib/capture/store.js');

let directory;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'leakguard-store-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

test('an id sorts by time and carries process and label', () => {
  const id = snapshotId(new Date('2026-01-31T12:34:56.789Z'), 'near limit/../x');
  assert.equal(id, `2026-01-31T12-34-56-789Z-${process.pid}-near_limit_x`);
});

test('snapshots are listed newest first, tidied by bounds, and removed by id', async () => {
  const store = new Store(directory);
  const ids = [1, 2, 3, 4].map((day) => snapshotId(new Date(Date.UTC(2026, 0, day)), 'manual'));
  for (const id of ids) writeFileSync(store.fileOf(id), 'x'.repeat(10));
  writeFileSync(join(directory, 'mine.heapsnapshot.gz'), '');
  const listed = await store.list();
  assert.deepEqual(listed.map(({ id }) => id), [...ids].reverse());
  assert.equal(listed[0].bytes, 10);
  assert.ok(Math.abs(listed[0].modified - Date.now()) < 60_000);
  assert.deepEqual(await store.tidy({ count: 3 }), [ids[0]]);
  assert.deepEqual(await store.tidy({ bytes: 25 }), [ids[1]]);
  assert.equal(await store.remove(ids[2]), true);
  assert.equal(await store.remove(ids[2]), false);
  await assert.rejects(store.remove('../mine'), { code: 'LG_READ' });
  assert.deepEqual(readdirSync(directory).sort(), [`${ids[3]}.heapsnapshot.gz`, 'mine.heapsnapshot.gz']);
});

test('a directory that does not exist holds nothing', async () => {
  const store = new Store(join(directory, 'missing'));
  assert.deepEqual(await store.list(), []);
  assert.deepEqual(await store.tidy({ count: 1 }), []);
});
