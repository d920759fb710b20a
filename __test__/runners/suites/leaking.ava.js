'use strict';

const test = require('ava');
const { assertNoLeak, expectCollected } = require('leakguard/test');

const { few, leaking, kept } = require('./subject.js');

test('leaking function', async (t) => {
  t.timeout(240_000);
  await assertNoLeak(leaking, few);
  t.pass();
});
test('kept object', async (t) => {
  t.timeout(240_000);
  await expectCollected(kept);
  t.pass();
});
