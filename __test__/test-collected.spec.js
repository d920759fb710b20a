'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { expectCollected, matchers } = require('../lib/test/index.js');

class Session {
  constructor(user) {
    this.user = user;
  }
}

const cache = new Map();
const QUICK = { timeout: 50 };
const failure = (subject) => expectCollected(subject, QUICK).then(assert.fail, (error) => error);

test('objects that nothing keeps are collected', async () => {
  await expectCollected(() => new Session('a'));
  await expectCollected(async () => [new Session('a'), new Session('b')]);
  await expectCollected((track) => {
    track(new Session('a'));
  });
  await expectCollected(new Session('a'));
  await expectCollected(new WeakRef(new Session('a')));
});

test('one that is kept a little longer is waited for', async () => {
  await expectCollected(() => {
    const session = new Session('late');
    setTimeout(() => session.user, 100);
    return session;
  }, { timeout: 60_000 });
});

test('the failure names the very object and the path that keeps it', async () => {
  cache.set('other', { session: new Session('not asked about') });
  const error = await failure((track) => {
    const session = track(new Session('kept'));
    track(new Session('free'));
    cache.set('user:7', { session });
  });
  assert.equal(error.code, 'LG_NOT_COLLECTED');
  assert.match(error.message, /^1 of 2 objects were not collected: Session is kept by \{session\} \(by session\)/);
  assert.match(error.message, /cache → Map\n +get\('user:7'\) → \{session\}\n +session → Session {2}\(.*test-collected\.spec\.js:9:/);
  assert.equal(error.kept.length, 1);
  assert.equal(error.kept[0].mark, 0);
  assert.equal(error.kept[0].object.className, 'Session');
  assert.deepEqual(Object.keys(error), ['code']);
});

test('a variable of the caller is told apart from a leak', async () => {
  const mine = new Session('mine');
  const error = await failure(mine);
  assert.match(error.message, /kept by a variable of a function that waits.*test-collected\.spec\.js/);
  assert.match(error.message, /make the object in a function of its own/);
  assert.equal(mine.user, 'mine');
});

test('matchers', async () => {
  assert.equal((await matchers.toBeCollected(() => new Session('a'))).pass, true);
  const kept = await matchers.toBeCollected(() => cache.set('b', new Session('b')).get('b'), QUICK);
  assert.equal(kept.pass, false);
  assert.match(kept.message(), /get\('b'\) → Session/);
});

test('what cannot be collected is refused', async () => {
  for (const subject of [5, 'text', null, undefined, () => 5, () => {}]) {
    await assert.rejects(async () => expectCollected(subject), { code: 'LG_ARGUMENT' });
  }
});
