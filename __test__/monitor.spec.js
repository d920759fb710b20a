'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const http = require('node:http');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const { gcFunction } = require('../lib/gc.js');
const { FloorProbe } = require('../lib/monitor/floor-probe.js');
const { heapNumbers } = require('../lib/monitor/heap-numbers.js');
const { Monitor } = require('../lib/monitor/monitor.js');

async function until(condition) {
  for (let i = 0; i < 1500; i++) {
    if (condition()) return;
    await sleep(20);
  }
  assert.fail(`never: ${condition}`);
}

test('looks by itself, and takes in what a collection left', async () => {
  const monitor = new Monitor({ intervalMs: 50, probePauseMs: false });
  try {
    gcFunction()();
    await until(() => monitor.state.looks > 3 && /leakguard_heap_floor_bytes [1-9]/.test(monitor.metrics()));
    assert.equal(monitor.state.verdict, 'warming-up');
    assert.equal(monitor.state.failed, null);
    assert.match(monitor.metrics(), /nodejs_gc_duration_seconds_count\{kind="major"\} [1-9]/);
    assert.ok(monitor.floor > 1e6 && monitor.floor < 1e9);
  } finally {
    monitor.stop();
  }
});

test('keeps nothing alive: a process that only watches ends by itself', () => {
  const file = JSON.stringify(path.join(__dirname, '..', 'lib', 'monitor', 'monitor.js'));
  const script = `const { Monitor } = require(${file}); new Monitor({ intervalMs: 10 }); process.on('exit', () => console.log('ended'));`;
  assert.equal(execFileSync(process.execPath, ['-e', script], { timeout: 60_000 }).toString().trim(), 'ended');
});

test('stop() can be called twice, and what was known stays readable', () => {
  const monitor = new Monitor({ intervalMs: 50 });
  monitor.stop();
  monitor.stop();
  assert.equal(monitor.state.verdict, 'warming-up');
  assert.equal(monitor.metrics(), '');
});

test('the heap in numbers adds up', () => {
  const { oldUsed, used, total, physical, limit, external, arrayBuffers, rss } = heapNumbers();
  assert.ok(oldUsed > 0 && oldUsed <= used && used <= total && total <= limit, JSON.stringify({ oldUsed, used, total, limit }));
  assert.ok(physical > 0 && rss > physical);
  assert.ok(arrayBuffers <= external);
});

test('the probe keeps to its budget', () => {
  const MIB = 2 ** 20;
  const probe = new FloorProbe({ maxPauseMs: 40 });
  const idle = { usedBytes: 10 * MIB, curious: true, utilization: 0.1 };
  let now = 0;
  for (const pauseMs of [90, 30, 30, 30, 30]) {
    assert.equal(probe.consider({ ...idle, now }), true, 'one slow collection may be the fault of the machine');
    probe.collected(pauseMs, 10 * MIB, now);
    now += 46_000;
  }
  now -= 46_000;
  assert.equal(probe.consider({ ...idle, now: now + 14_000 }), false, 'too soon: 30 ms every 15 s');
  assert.equal(probe.consider({ ...idle, curious: false, now: now + 29_000 }), false, 'less often when nothing grows');
  assert.equal(probe.consider({ ...idle, utilization: 0.9, now: now + 100_000 }), false, 'not when busy');
  assert.equal(probe.consider({ ...idle, usedBytes: 20 * MIB, now: now + 100_000 }), false, 'not when it would take 45 ms');
  assert.equal(probe.consider({ ...idle, now: now + 15_001 }), true);
  probe.collected(30, 10 * MIB, now + 15_001);
  probe.collected(2, 10 * MIB, 200_000);
  assert.equal(probe.pauses.count, 6, "V8's own collections are not the probe's");
});

test('the probe leaves a heap alone whose collections turn out to be slow', () => {
  const probe = new FloorProbe({ maxPauseMs: 40 });
  const asked = [];
  for (let now = 0; now < 290_000; now += 5000) {
    if (!probe.consider({ usedBytes: 50 * 2 ** 20, curious: true, utilization: 0.1, now })) continue;
    asked.push(now / 1000);
    probe.collected(100, 50 * 2 ** 20, now);
  }
  assert.deepEqual(asked, [0, 50, 100], 'nor does it ask three times in the first half minute to find out');
});

test('requests of http servers are counted without touching the app', async (t) => {
  const { start } = require('../lib/guard.js');
  const guard = start({ signal: false, snapshotDir: false, probePauseMs: false, onLeak: 'off' });
  t.after(() => guard.stop());
  const server = http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  await (await fetch(`http://127.0.0.1:${server.address().port}/`)).text();
  assert.equal(guard.verdict().verdict, 'warming-up');
  const { text, contentType } = guard.metrics();
  assert.match(contentType, /openmetrics/);
  assert.match(text, /^nodejs_heap_size_used_bytes [1-9]/m);
  assert.match(text, /^leakguard_captures_total 0/m);
  assert.match(text, /# EOF\n$/);
  assert.equal(guard.pushed(), null, 'nothing leaves the process unless configured');
});
