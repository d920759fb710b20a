'use strict';

// The decisions of leakguard/test, without a heap.

const assert = require('node:assert/strict');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { configure } = require('../lib/config.js');
const { Draining } = require('../lib/test/drain.js');
const { mayFill, weighed } = require('../lib/test/evidence.js');
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
  evidence: { strength: 'strong', counts: [], bytes: [], inPlace: false },
  growsAt: { elements: [] },
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
  const state = (iterations, growths, isQuick = false) => {
    const flatness = new Flatness(iterations, isQuick);
    growths.forEach((bytes) => flatness.add(bytes));
    return flatness.state;
  };
  assert.equal(state(1000, [200, 100]), 'unknown', 'two rounds are no evidence');
  assert.equal(state(1000, [200, 100, 0]), 'flat');
  assert.equal(state(1000, [60_000, 200, 100]), 'unknown', 'the warm-up may have lasted longer');
  assert.equal(state(1000, [60_000, 200, 100, 0]), 'flat');
  assert.equal(state(1000, [10_000, 10_000, -60_000]), 'unknown', 'code thrown away hides no leak');
  assert.equal(state(1000, [0, 0, 65_536]), 'unknown', 'a table that doubled');
  assert.equal(state(1000, [200_000]), 'unknown', 'a cache may have filled up');
  assert.equal(state(1000, [200_000, 200_000]), 'growing', 'plain growth needs no further look');
  assert.equal(state(1000, [16_000, 16_000, 16_000, 16_000]), 'growing', '16 bytes per call');
  assert.equal(state(1000, [0, 0, 65_536, 0, 0, 131_072, 0], true), 'growing', 'a table that doubles');
  assert.equal(state(5000, [10_000, 800, 900, 12_000]), 'growing');
  assert.equal(state(5000, [40_000, 20_000, 16_000, 12_000]), 'unknown', 'it fades');
  assert.equal(state(5000, [10_000, 800, 900, 12_000, 9000, 9000], true), 'flat', 'lumps that do not come with the calls');
  for (const isQuick of [false, true]) {
    const flatness = new Flatness(1000, isQuick);
    const calls = Array.from({ length: 6 }, () => [flatness.calls, flatness.add(flatness.calls * 20)][0]);
    for (let at = 2; at < calls.length; at++) {
      const sum = (list) => list.reduce((total, count) => total + count, 0);
      assert.ok(sum(calls.slice(0, at + 1)) + 1000 >= 2 * (sum(calls.slice(0, at - 2)) + 1000), 'the calls double within each three rounds');
    }
    assert.equal(flatness.rate, 20);
  }
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
  assert.deepEqual(after(10, 0.01).first(20_000, 4), { count: 30_000, maxMs: 600, least: 5000 }, 'half as many again as before');
  assert.equal(after(10, 0.01).first(20_000, 1000).count, 2097, '2 MB at most');
  assert.deepEqual(after(10, 0.01, 0, { iterations: 7 }).first(70, 0), { count: 7 });
  assert.deepEqual(after(10, 0.01).long(20_000, 100, 9000), { count: 60_000, maxMs: 3000, least: 2621 }, 'three times the calls so far');
  assert.equal(after(10, 0.01).long(20_000, 10_000, 9000).count, 838, '8 MB at most');
  assert.equal(after(10, 0.01).long(20_000, 0, 0).count, 60_000);
  assert.deepEqual(after(10, 0.01, 0, { iterations: 7 }).long(70, 9, 9000), { count: 7 }, "the caller's own number is kept to");
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

test('what fills up is no leak', () => {
  const rounds = [9000, 1000, 1000, 33_000].map((iterations) => ({ iterations }));
  const outcome = (counts, given = {}, elements = []) => {
    const evidence = { strength: 'strong', counts, bytes: counts, inPlace: false, ...given };
    const { suspects, verdict } = weighed({ verdict: 'leak', rounds, growth: { bytesPerIteration: 100 }, suspects: [suspect({ path: [], evidence, growsAt: { elements } })] });
    assert.equal(suspects[0]?.evidence.strength, { leak: 'strong', inconclusive: 'weak', healthy: undefined }[verdict]);
    return verdict;
  };
  assert.equal(outcome([0, 1000, 2000, 35_000]), 'leak', 'one per call');
  assert.equal(outcome([0, 1000, 2000, 23_000]), 'leak', 'at random, say');
  assert.equal(outcome([0, 1000, 2000, 20_000]), 'inconclusive', 'full after half of the last round');
  assert.equal(outcome([0, 1000, 2000, 2000]), 'healthy');
  assert.equal(outcome([500, 510, 590, 3000]), 'inconclusive', 'it goes up and down');
  rounds.push({ iterations: 0, coolDown: true });
  assert.equal(outcome([0, 1000, 2000, 35_000, 35_000]), 'leak', 'the cool-down is no round');
  rounds.splice(4, 1, { iterations: 99_000 }, { iterations: 9000 });
  assert.equal(outcome([500, 510, 590, 3000, 9000, 9500]), 'leak', 'but not five times in a row');
  rounds.splice(4, 2);
  const inPlace = { inPlace: true };
  assert.equal(outcome([0, 16_000, 16_000, 16_000], inPlace), 'healthy', 'a table would have doubled');
  assert.equal(outcome([0, 16_000, 16_000, 32_000], inPlace), 'inconclusive');
  assert.equal(outcome([0, 16_000, 16_000, 128_000], inPlace), 'leak');
  assert.equal(outcome([0, 16_000, 16_000, 128_000], inPlace, [9000, 10_000, 11_000, 20_000]), 'inconclusive', 'the entries tell');
  rounds[3].iterations = 10_000;
  assert.equal(outcome([0, 16_000, 16_000, 16_000], inPlace), 'leak', 'a table need not double in a short round');
});

test('a handful of calls proves little', () => {
  const rounds = [5, 4, 4, 16].map((iterations) => ({ iterations }));
  const evidence = { strength: 'strong', counts: [5, 9, 13, 29], bytes: [], inPlace: false };
  const after = (bytesPerIteration, fewest) => weighed({ verdict: 'leak', rounds, growth: {}, suspects: [suspect({ path: [], evidence, bytesPerIteration })] }, { fewestCalls: fewest }).verdict;
  assert.equal(after(100), 'inconclusive');
  assert.equal(after(10_000), 'leak', 'but much growth does');
  assert.equal(after(100, 0), 'leak', 'and when the caller wants no more');
});

test('a map of few entries may be a cache that is not full yet', () => {
  const map = (entries) => suspect({ growsAt: { kind: 'map', elements: [0, entries] } });
  assert.equal(mayFill({ suspects: [map(200)] }), true);
  assert.equal(mayFill({ suspects: [map(2000)] }), false);
  assert.equal(mayFill({ suspects: [map(200), suspect({ growsAt: { kind: 'array', elements: [0, 200] } })] }), false);
});

test('what the test runner and Node note is no leak of the function', () => {
  const buffer = [{ edge: 'console', name: 'console' }, { edge: '_buffer', name: 'Array', role: 'growth-point' }, { edge: '[9]', name: 'Object', role: 'leaked' }];
  const measured = (suspects) => weighed({ verdict: 'leak', reason: 'it grows', rounds: [{}, { iterations: 100 }], growth: { bytesPerIteration: 150 }, suspects });
  const runners = suspect({ path: buffer, bytesPerIteration: 140 });
  const { verdict, reason, growth, suspects } = measured([runners]);
  assert.deepEqual([verdict, suspects, growth.bytesPerIteration], ['healthy', [], 10]);
  assert.match(reason, /test runner.*it grows/);
  const own = suspect({ path: [{ edge: 'mine', name: 'Array', role: 'growth-point' }], sentence: 'mine grows' });
  const timings = [{ edge: 'resourceTimingBuffer', name: 'Array', role: 'growth-point' }];
  assert.match(measured([suspect({ path: timings })]).reason, /Node\.js notes, up to a bound/);
  const waits = (file) => measured([suspect({ path: [{ edge: '(extension)', name: 'Generator', location: { file: require.resolve('../lib/capture/fork.js') } }, { edge: 'x', name: 'Array', role: 'growth-point', ...(file && { location: { file } }) }] })]);
  assert.deepEqual([waits().verdict, waits(__filename).verdict], ['healthy', 'leak'], 'what leakguard waits with');
  const both = measured([runners, own]);
  assert.deepEqual([both.verdict, both.reason, both.suspects.length], ['leak', 'mine grows', 1]);
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

test('what drains is waited for as long as it may still tell', () => {
  const after = (leftMs, totals, { lookMs = 400, hasTimers = false } = {}) => {
    const draining = new Draining(0, 1000, hasTimers, leftMs);
    let looks = 0;
    while (looks < totals.length && draining.goesOn) draining.add(++looks * lookMs, totals[looks - 1]);
    return { waitedMs: looks * lookMs, isFalling: draining.isFalling };
  };
  const line = (slope) => Array.from({ length: 40 }, (_, at) => Math.max(0, 1000 - slope * (at + 1)));
  assert.deepEqual(after(9000, line(0)), { waitedMs: 1200, isFalling: false });
  assert.deepEqual(after(9000, line(1000)), { waitedMs: 400, isFalling: false }, 'gone');
  assert.deepEqual(after(9000, line(100)), { waitedMs: 4000, isFalling: false });
  assert.deepEqual(after(9000, line(30)), { waitedMs: 9200, isFalling: true }, 'more than half');
  assert.deepEqual(after(1500, line(100)), { waitedMs: 1200, isFalling: true }, 'half takes longer than there is');
  assert.deepEqual(after(9000, line(5)), { waitedMs: 1200, isFalling: true }, 'slow');
  assert.deepEqual(after(9000, line(0).map((total) => total - 300)), { waitedMs: 1200, isFalling: false }, 'what goes with the last calls');
  assert.deepEqual(after(-1, line(100)), { waitedMs: 1200, isFalling: true });
  assert.deepEqual(after(9000, line(0), { hasTimers: true }).waitedMs, 5200);
  const stops = [...line(100).slice(0, 5), ...Array.from({ length: 30 }, () => 500)];
  assert.deepEqual(after(9000, stops), { waitedMs: 2800, isFalling: false }, 'half of it was something else');
});

test('what still drains when the time is up is no leak yet', () => {
  const rounds = [{ iterations: 9000 }, { iterations: 1000 }, { iterations: 1000 }, { iterations: 33_000 }, { iterations: 0, coolDown: true }];
  const outcome = (counts, isFalling = true) => {
    const evidence = { strength: 'strong', counts, bytes: counts, inPlace: false };
    return weighed({ verdict: 'leak', rounds, growth: { bytesPerIteration: 100 }, suspects: [suspect({ path: [], evidence })] }, { isFalling });
  };
  const { verdict, advice } = outcome([0, 1000, 2000, 35_000, 25_000]);
  assert.equal(verdict, 'inconclusive');
  assert.match(advice, /raise `timeout`/);
  assert.equal(outcome([0, 1000, 2000, 35_000, 35_000]).verdict, 'leak', 'something else fell');
  assert.equal(outcome([0, 1000, 2000, 35_000, 25_000], false).verdict, 'leak', 'it fell once');
});
