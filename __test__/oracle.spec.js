'use strict';

// leakguard's numbers are DevTools' numbers, on small snapshots carved out of real ones (see oracle/goldens.js). The full
// comparison, on whole snapshots and against DevTools itself, is `npm run test:oracle`.

const assert = require('node:assert');
const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');
const { gunzipSync } = require('node:zlib');
const leakguard = require('./oracle/leakguard.js');
const { compareAll } = require('./oracle/compare.js');

const FIXTURES = join(__dirname, 'fixtures');
const GOLDEN = /\.golden\.json\.gz$/;
const names = readdirSync(FIXTURES).filter((name) => GOLDEN.test(name)).map((name) => name.replace(GOLDEN, ''));

const golden = (name) => JSON.parse(gunzipSync(readFileSync(join(FIXTURES, `${name}.golden.json.gz`))));
const snapshot = (name, which) => join(FIXTURES, `${name}-${which}.heapsnapshot.gz`);

for (const name of names) {
  test(`${name}: every node, class, statistic and difference equals DevTools'`, async () => {
    const theirs = golden(name);
    assert.ok(theirs.nodes.count >= 1000 && theirs.classes.rows.length >= 30 && theirs.diff.rows.length >= 5, 'a golden of substance');
    const mismatches = await compareAll(leakguard, theirs, snapshot(name, 'b'), snapshot(name, 'a'));
    assert.deepStrictEqual(mismatches.examples, []);
    assert.strictEqual(mismatches.total, 0);
  });
}

/** A leakguard that answers what DevTools did. */
function echo({ nodes: { count, texts, columns }, classes, statistics, edgeCount, diff }) {
  const text = (column, ordinal) => texts[columns[column][ordinal]];
  return {
    analyze: async () => ({ nodeCount: count, edgeCount, classes: classes.rows, statistics }),
    diff: async () => ({ classes: diff.rows }),
    nodes: async (_, onRow) => {
      for (let n = 0; n < count; n++) {
        const numbers = Object.fromEntries(Object.entries(columns).map(([column, values]) => [column, values[n]]));
        onRow({ ...numbers, type: text('type', n), name: text('name', n), className: text('className', n) });
      }
    },
  };
}

test('the comparison sees a single wrong number, a missing row and a row too many', async () => {
  const theirs = golden(names[0]);
  const wrong = async (change) => {
    const ours = structuredClone(theirs);
    change(ours);
    return [...(await compareAll(echo(ours), theirs, 'head', 'base')).counts].filter(([, count]) => count > 0);
  };
  assert.deepStrictEqual(await wrong(() => {}), []);
  for (const column of ['selfSize', 'retainedSize', 'distance', 'detachedness', 'dominatorId', 'id', 'className']) {
    assert.deepStrictEqual(await wrong(({ nodes }) => { nodes.columns[column][7] += 1; }), [[column, 1]]);
  }
  assert.deepStrictEqual(await wrong(({ nodes }) => { nodes.count--; }), [['nodes', 2]]);
  assert.deepStrictEqual(await wrong(({ classes }) => { classes.rows[3].retainedSize--; }), [['classes.retainedSize', 1]]);
  assert.deepStrictEqual(await wrong(({ classes }) => { classes.rows.pop(); }), [['classes', 1]]);
  assert.deepStrictEqual(await wrong(({ statistics }) => { statistics.v8heap.code++; }), [['statistics', 1]]);
  assert.deepStrictEqual(await wrong(({ diff }) => { diff.rows[0].sizeDelta++; }), [['diff.sizeDelta', 1]]);
  assert.deepStrictEqual(await wrong(({ diff }) => { diff.rows.push({ key: ',Ghost' }); }), [['diff', 1]]);
});
