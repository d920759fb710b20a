'use strict';

// assertNoLeak() on real heaps. Few calls, so that it is quick; benches/assert has the reliability.

const assert = require('node:assert/strict');
const { existsSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');

const { LeakError, assertNoLeak, matchers, skipLeakTest } = require('../lib/test/index.js');

const FEW = { iterations: 300, warmup: 100 };

class Session {
  constructor(user) {
    this.user = user;
  }
}

test('a leak fails, and the message says what grows, where, and who keeps it', async (t) => {
  const keep = mkdtempSync(path.join(tmpdir(), 'leakguard-test-'));
  t.after(() => rmSync(keep, { recursive: true }));
  const sessions = [];
  const error = await assertNoLeak((i) => sessions.push(new Session(i)), { ...FEW, keep }).then(assert.fail, (reason) => reason);
  assert.ok(error instanceof LeakError);
  assert.deepEqual([error.name, error.code], ['LeakError', 'LG_LEAK']);
  assert.match(error.message, /^LEAK {2}`Session` \+1\.00 per iteration/);
  assert.match(error.message, /tested function.*\n[^]*▶ sessions +Array/);
  assert.match(error.message, /test-leak\.spec\.js:17:/, 'where the class is defined');
  const [suspect] = error.diagnosis.suspects;
  assert.match(error.message, new RegExp(`leak id +${suspect.fingerprint}`));
  assert.ok(error.files.length >= 4);
  for (const file of error.files) {
    assert.ok(existsSync(file));
    assert.ok(error.message.includes(file));
  }
  assert.deepEqual(Object.keys(error), ['code'], 'test runners print enumerable properties after the message');
});

test('an async function that leaks through a timer, captured inline', async () => {
  const seen = new Set();
  const leak = async (i) => {
    await null;
    seen.add({ at: i });
  };
  const matched = await matchers.toNotLeak(leak, { ...FEW, mode: 'inline' });
  assert.equal(matched.pass, false);
  assert.match(matched.message(), /Set `seen`[^]*captures \(inline\)/);
});

test('a healthy function passes', async () => {
  const recent = [];
  const result = await assertNoLeak(async (i) => {
    recent.push(await Promise.resolve(`entry ${i}`));
    if (recent.length > 100) recent.shift();
  });
  assert.equal(result.verdict, 'healthy');
  assert.ok(result.calls >= 9);
});

test('instances of classes are counted', async () => {
  class Only {}
  const one = new Only();
  const counted = [];
  const accept = (n, { added }) => {
    counted.push([n, added]);
    return n === 1;
  };
  await assertNoLeak(() => new Only(), { ...FEW, classes: { Only: accept } });
  assert.deepEqual(counted, [[1, 0]]);
  const none = assertNoLeak(() => {}, { ...FEW, classes: { Only: (n) => n === 0 } });
  await assert.rejects(none, { code: 'LG_LEAK', message: /^1 instances of Only are alive/ });
  assert.ok(one);
});

test('what the function throws is thrown', async () => {
  const broken = new RangeError('broken');
  await assert.rejects(assertNoLeak(() => Promise.reject(broken)), broken);
  await assert.rejects(matchers.toNotLeak(() => { throw broken; }), broken);
});

test('one heap is measured at a time', async () => {
  let running = 0;
  const tested = async () => {
    running++;
    await null;
    assert.equal(running, 1);
    running--;
  };
  await Promise.all([1, 2].map(() => assertNoLeak(tested, { iterations: 60, warmup: 10 })));
});

test('a skipped test has a reason and calls nothing', async () => {
  const warnings = [];
  const listen = (warning) => warnings.push(warning.message);
  process.on('warning', listen);
  const results = [await skipLeakTest('leaks since 2.0', assert.fail), await assertNoLeak(assert.fail, { skip: 'leaks since 2.0' })];
  await new Promise(setImmediate);
  process.off('warning', listen);
  assert.deepEqual(results.map(({ verdict }) => verdict), ['skipped', 'skipped']);
  assert.deepEqual(warnings, Array(2).fill('leak test skipped: leaks since 2.0'));
  await assert.rejects(skipLeakTest(), { code: 'LG_ARGUMENT' });
});

test('in a worker thread it captures inline, and says why fork is impossible', async () => {
  const code = `
    const { parentPort } = require('node:worker_threads');
    const { assertNoLeak } = require(${JSON.stringify(require.resolve('../lib/test/index.js'))});
    const kept = new Map();
    const few = ${JSON.stringify(FEW)};
    (async () => {
      const leak = await assertNoLeak((i) => kept.set(i, { i }), few).catch((error) => error.message);
      const fork = await assertNoLeak(() => {}, { mode: 'fork' }).catch((error) => error);
      parentPort.postMessage({ leak, fork: [fork.code, fork.message] });
    })();`;
  const worker = new Worker(code, { eval: true });
  const { leak, fork } = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  assert.match(leak, /^LEAK[^]*Map `kept`[^]*captures \(inline\)/);
  assert.deepEqual(fork, ['LG_TEST_ISOLATION', "mode 'fork' is impossible here: the test runs in a worker thread"]);
});
