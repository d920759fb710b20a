'use strict';

const assert = require('node:assert/strict');
const { mkdtempSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { test } = require('node:test');

const { start } = require('../lib/guard.js');

test('a guard keeps so many snapshots, and sweeps what a crashed process left', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'leakguard-kept-'));
  writeFileSync(join(directory, '.old.heapsnapshot.gz.1-0.partial'), '');
  const guard = start({ snapshotDir: directory, keepCount: 2, signal: false, lowPriority: false });
  const taken = [];
  for (let i = 0; i < 3; i++) taken.push(await guard.snapshot({ label: `round ${i}` }));
  await guard.stop();
  const kept = taken.slice(1).map(({ id }) => `${id}.heapsnapshot.gz`);
  assert.deepEqual(readdirSync(directory).sort(), kept.sort());
  assert.equal(taken[2].file, join(directory, `${taken[2].id}.heapsnapshot.gz`));
  rmSync(directory, { recursive: true, force: true });
});
