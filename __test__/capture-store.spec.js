'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
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

test('workers of a cluster, and instances of pm2, are told apart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-store-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(folder, 'cluster.js');
  writeFileSync(script, `
    const cluster = require('node:cluster');
    if (cluster.isPrimary) {
      cluster.fork().on('message', (id) => console.log(id));
    } else {
      const { snapshotId } = require(${JSON.stringify(require.resolve('../lib/capture/store.js'))});
      const { about } = require(${JSON.stringify(require.resolve('../lib/admin/about.js'))});
      process.send([snapshotId(new Date(0), 'x'), about().cluster, process.pid].join(' '), () => process.disconnect());
    }
  `);
  const env = { ...process.env, NODE_APP_INSTANCE: 'a/b' };
  const [id, told, pid] = execFileSync(process.execPath, [script], { env, timeout: 60_000 }).toString().trim().split(' ');
  assert.equal(id, `1970-01-01T00-00-00-000Z-${pid}-w1-x`);
  assert.equal(told, '1');
  const print = `console.log(require(${JSON.stringify(require.resolve('../lib/capture/store.js'))}).snapshotId(new Date(0), 'x'))`;
  assert.match(execFileSync(process.execPath, ['-e', print], { env, timeout: 60_000 }).toString(), /^1970-01-01T00-00-00-000Z-\d+-wa_b-x\n$/);
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
