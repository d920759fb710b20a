'use strict';

const test = require('ava');
const { assertNoLeak, expectCollected } = require('leakguard/test');

const { few, healthy, free } = require('./subject.js');

test('healthy function', async (t) => {
  t.timeout(240_000);
  await assertNoLeak(healthy, few);
  t.pass();
});
test('free object', async (t) => {
  t.timeout(240_000);
  await expectCollected(free);
  t.pass();
});
