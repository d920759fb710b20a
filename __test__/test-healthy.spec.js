'use strict';

// Healthy functions that assertNoLeak() must not call leaking, with its default options: what grows for a while, and what
// goes away by itself. benches/assert has a hundred more, and how often each verdict is right.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { fills } = require('../benches/assert/fills.js');
const { assertNoLeak } = require('../lib/test/index.js');

test('a cache that fills up while it is watched', async () => {
  const cache = new Map();
  const { calls } = await assertNoLeak((i) => {
    cache.set(i, { i });
    if (cache.size > 20_000) cache.delete(cache.keys().next().value);
  });
  assert.ok(calls > 20_000);
});

test('entries that timers remove', async () => {
  const sessions = new Map();
  await assertNoLeak((i) => {
    sessions.set(i, { i });
    setTimeout(() => sessions.delete(i), 1000);
  });
});

test('a buffer that is flushed every second', async (t) => {
  let pending = [];
  const timer = setInterval(() => {
    pending = [];
  }, 1000);
  t.after(() => clearInterval(timer));
  await assertNoLeak((i) => pending.push({ i }));
});

test('a queue that drains for seconds', async () => {
  await assertNoLeak(fills['queue with a slow consumer']());
});

test('a number of objects that goes up and down at random', async () => {
  const live = [];
  await assertNoLeak((i) => {
    live.push({ i });
    if (Math.random() < 0.01) live.splice(0, Math.floor(Math.random() * live.length));
  });
});
