'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { test } = require('node:test');

const memwatch = require('../lib/dropins/memwatch.js');
const { BaseTrend } = require('../lib/dropins/base-trend.js');
const { niceDelta, niceSize } = require('../lib/dropins/nice.js');

const MB = 1 << 20;

test('a HeapDiff names the class that grew, in the shape of memwatch', () => {
  class LeakingClass {}
  const kept = [];
  const diff = new memwatch.HeapDiff();
  for (let i = 0; i < 1000; i++) kept.push(new LeakingClass());
  const { before, after, change } = diff.end();
  const leaking = change.details.find(({ what }) => what === 'LeakingClass');
  assert.equal(leaking['+'] - leaking['-'], kept.length);
  assert.ok(leaking.size_bytes > 0);
  assert.equal(leaking.size, niceSize(leaking.size_bytes));
  assert.ok(after.nodes > before.nodes);
  assert.equal(change.size_bytes, after.size_bytes - before.size_bytes);
  assert.ok(change.allocated_nodes >= kept.length);
  assert.equal(typeof change.freed_nodes, 'number');
  assert.ok(!change.details.some(({ what }) => /^Heap(Diff|Tally)$/.test(what)), 'the measuring device is not in it');
  assert.throws(() => diff.end(), /already ended/);
  assert.throws(() => memwatch.HeapDiff(), TypeError);
});

test('a collection tells its statistics, those of all forks; a HeapDiff does not', async () => {
  const told = [];
  const listen = (stats) => told.push(stats);
  memwatch.on('stats', listen);
  new memwatch.HeapDiff().end();
  memwatch.gc();
  await once(memwatch, 'stats');
  memwatch.off('stats', listen);
  const [stats] = told;
  for (const name of ['num_full_gc', 'heap_compactions', 'current_base', 'estimated_base', 'gcMarkSweepCompactCount', 'gc_time', 'used_heap_size', 'heap_size_limit']) {
    assert.ok(stats[name] > 0, name);
  }
  for (const name of ['num_inc_gc', 'usage_trend', 'min', 'max', 'gcScavengeTime', 'malloced_memory']) assert.equal(typeof stats[name], 'number', name);
  assert.equal(stats.current_base, stats.used_heap_size);
  // Only collections that V8 made by itself can be between gc() and its report.
  assert.equal(stats.num_full_gc, stats.gcMarkSweepCompactCount);
});

test('a program that does nothing else waits for the statistics, then ends', () => {
  const script = `const memwatch = require(${JSON.stringify(path.join(__dirname, '..', 'lib', 'dropins', 'memwatch.js'))});
    const kept = [];
    memwatch.on('stats', ({ num_full_gc }) => console.log('stats', num_full_gc));
    memwatch.on('leak', ({ reason }) => console.log(reason));
    for (let i = 0; i < 6; i++) { for (let j = 0; j < 20000; j++) kept.push({ j }); memwatch.gc(); }`;
  const { stdout, status } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stdout, /stats 6/, 'each gc() is a reading of its own, though all were in one turn');
  assert.match(stdout, /heap growth over 5 consecutive GCs \(\d+s\) - [\d.]+ mb\/hr/);
});

test('five growths in a row are a leak, at the rate between the first and the last', () => {
  const trend = new BaseTrend();
  const leaks = [10, 9, 10, 11, 12, 13, 14, 14, 15].map((mb, i) => trend.add(mb * MB, i * 5000));
  assert.deepEqual(leaks.map((leak) => leak !== null), [false, false, false, false, false, false, true, false, false]);
  const { start, end, growth, reason } = leaks[6];
  assert.equal(end - start, 20_000);
  assert.equal(growth, 4 * MB);
  assert.equal(reason, 'heap growth over 5 consecutive GCs (20s) - 720 mb/hr');
});

test('the estimates follow the readings, slowly', () => {
  const trend = new BaseTrend();
  for (let i = 0; i < 200; i++) trend.add(10 * MB, i);
  assert.deepEqual({ ...trend.stats }, { heap_compactions: 200, usage_trend: 0, estimated_base: 10 * MB, current_base: 10 * MB, min: 10 * MB, max: 10 * MB });
  for (let i = 0; i < 10; i++) trend.add(20 * MB, i);
  const { usage_trend: rise, estimated_base: base, max } = trend.stats;
  assert.ok(rise > 10 && base > 15 * MB && base < 20 * MB && max === 20 * MB, JSON.stringify(trend.stats));
});

test('sizes and spans as memwatch words them', () => {
  assert.deepEqual([0, 512, 67984, -2120, 2119136].map(niceSize), ['0 bytes', '512 bytes', '66.39 kb', '-2.07 kb', '2.02 mb']);
  assert.deepEqual([0, 59, 61, 3725].map(niceDelta), ['0s', '59s', '1m 1s', '1h 2m 5s']);
});
