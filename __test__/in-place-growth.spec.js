'use strict';

// DevTools' comparison looks at objects by id and ignores those that both snapshots have: an array, a Map, a Set or a
// dictionary that stays and grows is invisible to it. leakguard's comparison equals DevTools' (oracle.spec.js), and
// its diagnosis beside it sees them. The heap program is also one of the differential test's, so DevTools itself is asked.

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { after, test } = require('node:test');
const leakguard = require('./oracle/leakguard.js');

const folder = mkdtempSync(join(tmpdir(), 'leakguard-growth-'));
after(() => rmSync(folder, { recursive: true }));

const sum = (numbers) => numbers.reduce((total, n) => total + n, 0);

test('what grows in place is missing from the comparison and named by the diagnosis', async () => {
  const prefix = join(folder, 'growth');
  execFileSync(process.execPath, [join(__dirname, 'oracle', 'heaps', 'growth.js'), prefix], { timeout: 60_000 });
  const { classes, rounds, suspects } = await leakguard.diff(`${prefix}-a.heapsnapshot`, `${prefix}-b.heapsnapshot`);

  const grown = rounds[1].programBytes - rounds[0].programBytes;
  assert.ok(grown > 4_000_000, `the heap grew by ${grown} bytes`);
  const seenByDevTools = sum(classes.map(({ sizeDelta }) => sizeDelta));
  assert.ok(Math.abs(seenByDevTools) < grown / 50, `the comparison's size deltas sum to ${seenByDevTools} of ${grown} bytes`);

  const inPlace = suspects.filter(({ evidence }) => evidence.inPlace);
  const named = (name) => inPlace.find(({ growsAt }) => growsAt.name?.endsWith(`.${name}`));
  for (const [name, className] of [['samples', 'Array'], ['index', 'Object'], ['byName', 'Map'], ['seen', 'Set']]) {
    const suspect = named(name);
    assert.ok(suspect, `${name} is among ${inPlace.map(({ growsAt }) => growsAt.text).join(', ')}`);
    assert.strictEqual(suspect.growsAt.className, className);
    assert.strictEqual(suspect.path.at(-1).edge, name);
    assert.strictEqual(suspect.path.at(-1).role, 'growth-point');
  }
  const seenByLeakguard = sum(inPlace.map(({ bytesPerIteration }) => bytesPerIteration));
  assert.ok(seenByLeakguard > 0.95 * grown && seenByLeakguard < 1.05 * grown, `the suspects explain ${seenByLeakguard} of ${grown} bytes`);
});
