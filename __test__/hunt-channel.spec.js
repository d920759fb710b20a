'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { duplexPair } = require('./duplex-pair.js');
const { test } = require('node:test');
const { Channel } = require('../lib/hunt/channel.js');

test('asks and answers in both directions, whatever the order', async () => {
  const [left, right] = duplexPair();
  const a = new Channel(left, { double: (n) => n * 2 });
  const b = new Channel(right, {
    slow: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return 'slow';
    },
    fast: () => 'fast',
    nothing: () => {},
    lines: () => 'one\ntwo \u2028 three',
  });
  assert.deepEqual(await Promise.all([a.request('slow'), a.request('fast'), b.request('double', 21)]), ['slow', 'fast', 42]);
  assert.equal(await a.request('nothing'), null);
  assert.equal(await a.request('lines'), 'one\ntwo \u2028 three');
  const event = once(b, 'event');
  a.tell('progress', { done: 1 });
  assert.deepEqual(await event, ['progress', { done: 1 }]);
});

test('an error keeps its code and message', async () => {
  const [left, right] = duplexPair();
  const a = new Channel(left);
  new Channel(right, {
    fail: () => {
      throw Object.assign(new Error('no memory'), { code: 'LG_CAPTURE_MEMORY' });
    },
  });
  await assert.rejects(a.request('fail'), { code: 'LG_CAPTURE_MEMORY', message: 'no memory' });
  await assert.rejects(a.request('missing'), { code: 'LG_INTERNAL', message: /no such method/ });
});

test('when the other side goes away, what was asked is rejected', async () => {
  const [left, right] = duplexPair();
  const a = new Channel(left);
  const b = new Channel(right, { never: () => new Promise(() => {}) });
  const asked = a.request('never');
  b.destroy();
  await assert.rejects(asked, { code: 'LG_HUNT_CLOSED', message: /'never'/ });
  await assert.rejects(a.request('never'), { code: 'LG_HUNT_CLOSED' });
});

test('something else on the line ends the channel', async () => {
  const [left, right] = duplexPair();
  const a = new Channel(left);
  const closed = once(a, 'close');
  right.write('GET / HTTP/1.1\r\n');
  await closed;
});
