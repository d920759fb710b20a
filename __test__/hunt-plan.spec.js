'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { normalise } = require('../lib/hunt/options.js');
const { Plan } = require('../lib/hunt/plan.js');

const plan = (options = {}, now = 0) => new Plan(normalise({ app: __filename, ...options }), now);

test('a fast app gets the default number of iterations, a slow one fewer', () => {
  const fast = plan();
  fast.tune({ perSecond: 5000, done: 400, bytes: 0 });
  assert.equal(fast.iterations, 1000);
  const slow = plan();
  slow.tune({ perSecond: 200, done: 400, bytes: 0 });
  assert.equal(slow.iterations, 300, 'in a second and a half');
  slow.tune({ perSecond: 20, done: 100, bytes: 0 });
  assert.equal(slow.iterations, 60, 'in three seconds, not more');
  const crawling = plan();
  crawling.tune({ perSecond: 0.5, done: 3, bytes: 0 });
  assert.equal(crawling.iterations, 10);
});

test('a leak of a megabyte per iteration does not run the app out of memory', () => {
  const greedy = plan();
  greedy.tune({ perSecond: 5000, done: 10, bytes: 10 << 20 });
  assert.equal(greedy.iterations, 10);
});

test('what the first requests load lazily is not taken for a leak', () => {
  const lazy = plan();
  lazy.warmup({ done: 0, ms: 0, bytes: 0 });
  assert.deepEqual(lazy.warmup({ done: 10, ms: 100, bytes: 20 << 20 }), { amount: 10, maxMs: 5900 });
  assert.deepEqual(lazy.warmup({ done: 20, ms: 200, bytes: 20 << 20 }), { amount: 10, maxMs: 5800 });
  lazy.tune({ perSecond: 1000, done: 20, bytes: 20 << 20 });
  assert.equal(lazy.iterations, 1000);
});

test('what the user fixed is kept to', () => {
  const fixed = plan({ iterations: 7000, warmup: 5 });
  fixed.tune({ perSecond: 1, done: 1, bytes: 1 << 30 });
  assert.equal(fixed.iterations, 7000);
  assert.deepEqual(fixed.warmup({ done: 0, ms: 0, bytes: 0 }), { amount: 5, maxMs: undefined });
});

test('the warm-up ends early when it takes long or the heap has grown', () => {
  const some = plan();
  assert.deepEqual(some.warmup({ done: 0, ms: 0, bytes: 0 }), { amount: 10, maxMs: 6000 });
  assert.deepEqual(some.warmup({ done: 30, ms: 500, bytes: 0 }), { amount: 60, maxMs: 5500 });
  assert.deepEqual(some.warmup({ done: 350, ms: 1000, bytes: 0 }), { amount: 50, maxMs: 5000 });
  assert.equal(some.warmup({ done: 400, ms: 0, bytes: 0 }), null);
  assert.equal(some.warmup({ done: 100, ms: 6000, bytes: 0 }), null);
  assert.equal(some.warmup({ done: 100, ms: 0, bytes: 1 << 24 }), null);
  assert.equal(plan().warmup({ done: 10, ms: 0, bytes: 65 << 20 }), null, 'so much is no lazy loading');
  assert.equal(plan({ warmup: 0 }).warmup({ done: 0, ms: 0, bytes: 0 }), null);
});

test('a duration sets the size of a round, above the default too', () => {
  const long = plan({ duration: 4 });
  long.tune({ perSecond: 1234, done: 400, bytes: 0 });
  assert.equal(long.iterations, 4900);
});

test('rounds are added only while the evidence is weak and there is time', () => {
  const some = plan({ timeBudget: 60 });
  const ask = (done, verdict, now = 0) => some.another({ done, verdict, roundMs: 1000, now });
  assert.equal(ask(3, 'healthy'), true, 'the first four are always made');
  assert.equal(ask(4, 'leak'), false);
  assert.equal(ask(4, 'healthy'), false);
  assert.equal(ask(4, 'inconclusive'), true);
  assert.equal(ask(4, 'inconclusive', 59_500), false, 'the next would end after the budget');
  assert.equal(ask(12, 'inconclusive'), false, 'not for ever');
  assert.equal(ask(1, 'inconclusive', 61_000), true, 'two rounds are the least');
  assert.equal(ask(2, 'inconclusive', 61_000), false, 'the budget is used up');
  const fixed = plan({ rounds: 5 });
  assert.equal(fixed.another({ done: 5, verdict: 'inconclusive', roundMs: 1, now: 0 }), false, 'the user asked for five');
});
