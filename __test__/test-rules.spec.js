'use strict';

// The decisions of leakguard/test, without a heap.

const assert = require('node:assert/strict');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { configure } = require('../lib/config.js');
const { Flatness } = require('../lib/test/flatness.js');
const { judge } = require('../lib/test/judge.js');
const { excuse, knownLeaks } = require('../lib/test/known.js');
const { trialOptions } = require('../lib/test/options.js');
const { Pace } = require('../lib/test/pace.js');

const suspect = (given = {}) => ({
  category: 'array',
  sentence: 'it grows',
  fingerprint: 'f1',
  bytesPerIteration: 100,
  evidence: { strength: 'strong' },
  ...given,
});
const found = (suspects, growth = 100) => ({
  diagnosis: { verdict: 'leak', suspects, growth: { bytesPerIteration: growth }, rounds: [{ iterations: 9 }, { iterations: 10 }, { iterations: 10 }] },
  instances: [[2], [12], [22]],
  captures: 3,
});
const options = (given = {}) => trialOptions(() => {}, given);
const verdict = (measured, given) => judge(measured, options(given)).failures;

test('a heap that stands still is flat, one that grows is not', () => {
  const state = (iterations, growths) => {
    const flatness = new Flatness(iterations);
    growths.forEach((bytes) => flatness.add(bytes));
    return flatness.state;
  };
  assert.equal(state(1000, [200, 100]), 'unknown', 'two rounds are no evidence');
  assert.equal(state(1000, [200, 100, 0]), 'flat');
  assert.equal(state(1000, [60_000, 200, 100]), 'unknown', 'the warm-up may have lasted longer');
  assert.equal(state(1000, [60_000, 200, 100, 0]), 'flat');
  assert.equal(state(1000, [16_000, 16_000, 16_000, 16_000]), 'growing', '16 bytes per call');
  assert.equal(state(1000, [10_000, 10_000, -60_000]), 'unknown', 'code thrown away hides no leak');
  assert.equal(state(1000, [0, 0, 65_536]), 'unknown', 'a table that doubled');
  assert.equal(state(1000, [200_000]), 'growing', 'plain growth needs no second look');
});

test('the pace follows the speed of the function', () => {
  const after = (calls, ms, bytes = 0, given = {}) => {
    const pace = new Pace(given);
    pace.warmup();
    pace.warmed(calls, ms, bytes);
    return pace;
  };
  assert.equal(after(10, 0.01).iterations, 5000);
  assert.equal(after(10, 10).iterations, 120);
  assert.equal(after(2, 4000).iterations, 3);
  assert.equal(after(2, 4000).isWorthLooking, false);
  assert.equal(after(10, 0.01, 50e6).iterations, 10, 'megabytes per call');
  assert.equal(after(10, 0.01, 50e6).warmup(), null);
  assert.equal(after(10, 0.01, 0, { iterations: 7 }).iterations, 7);
  assert.equal(after(10, 0.01).between(1024), 256);
  assert.deepEqual(after(10, 0.01).confirming(256), { count: 2048, maxMs: 1000, least: 256 });
  assert.equal(after(10, 0.01).confirming(2000).count, 5000);
  assert.deepEqual(after(10, 0.01, 0, { iterations: 7 }).confirming(7), { count: 7 }, "the caller's own number is kept to");
  assert.deepEqual(new Pace({ warmup: 0 }).warmup(), null);
  assert.deepEqual(new Pace({ warmup: 25 }).warmup(), { count: 25, maxMs: Infinity });
});

test('what fails an assertion', () => {
  assert.deepEqual(verdict(found([suspect()])), ['it grows']);
  assert.deepEqual(verdict(found([suspect()]), { tolerance: 100 }), []);
  assert.deepEqual(verdict(found([suspect()]), { filter: ({ category }) => category !== 'array' }), []);
  assert.deepEqual(verdict(found([suspect({ category: 'noise' }), suspect({ category: 'backlog' })])), []);
  assert.deepEqual(verdict(found([suspect({ evidence: { strength: 'weak' } })])), []);
  assert.deepEqual(verdict(found([suspect()]), { maxBytesPerIteration: 100 }), [], 'a budget takes the place of the suspects');
  assert.equal(verdict(found([]), { maxBytesPerIteration: 99 }).length, 1);
  const unclear = found([]);
  Object.assign(unclear.diagnosis, { verdict: 'inconclusive', reason: 'perhaps' });
  assert.deepEqual(verdict(unclear), []);
  assert.deepEqual(verdict(unclear, { strict: true }), ['perhaps']);
});

test('classes are judged by their instances', () => {
  const seen = [];
  const Foo = (...all) => {
    seen.push(all);
    return false;
  };
  const [failure] = verdict(found([]), { classes: { Foo } });
  assert.match(failure, /22 instances of Foo are alive.*2 → 12 → 22/);
  assert.deepEqual(seen, [[22, { added: 20, perIteration: 1, counts: [2, 12, 22] }]]);
  assert.deepEqual(verdict(found([]), { classes: { Foo: (n) => n < 100 } }), []);
});

test('known leaks need a fingerprint and a reason, and may end', () => {
  const known = knownLeaks([{ fingerprint: 'f1', reason: 'upstream', until: '2030-01-01' }]);
  assert.equal(excuse(known, 'f1', Date.parse('2029-12-31')).reason, 'upstream');
  assert.equal(excuse(known, 'f1', Date.parse('2030-01-02')), undefined);
  assert.equal(excuse(known, 'f2'), undefined);
  assert.throws(() => knownLeaks([{ fingerprint: 'f1' }]), { code: 'LG_ARGUMENT', message: /has no reason/ });
  assert.throws(() => knownLeaks([{ reason: 'x' }]), { code: 'LG_ARGUMENT' });
  assert.throws(() => knownLeaks([{ fingerprint: 'f1', reason: 'x', until: 'soon' }]), { code: 'LG_ARGUMENT' });
  const judged = judge(found([suspect()]), options({ known: [{ fingerprint: 'f1', reason: 'upstream' }] }));
  assert.deepEqual([judged.failures, judged.known.map(({ reason }) => reason)], [[], ['upstream']]);
});

test('the configuration file of the guard may list known leaks', (t) => {
  const cwd = mkdtempSync(path.join(tmpdir(), 'leakguard-known-'));
  t.after(() => rmSync(cwd, { recursive: true }));
  writeFileSync(path.join(cwd, 'leakguard.config.json'), JSON.stringify({ keepCount: 3, knownLeaks: [{ fingerprint: 'f9', reason: 'old' }] }));
  assert.equal(configure({}, { cwd, env: {} }).keepCount, 3);
  process.env.LEAKGUARD_CONFIG = path.join(cwd, 'leakguard.config.json');
  t.after(() => delete process.env.LEAKGUARD_CONFIG);
  assert.deepEqual(knownLeaks(), [{ fingerprint: 'f9', reason: 'old' }]);
});

test('options that cannot be used are refused', () => {
  const refused = [
    { iterations: 0 },
    { rounds: 2 },
    { tolerance: -1 },
    { mode: 'worker' },
    { classes: { Foo: 0 } },
    { filter: true },
    { skip: ' ' },
    { keep: 7 },
    { iteration: 5 },
  ];
  for (const given of refused) assert.throws(() => options(given), { code: 'LG_ARGUMENT' }, JSON.stringify(given));
  assert.throws(() => trialOptions(null), { code: 'LG_ARGUMENT' });
});
