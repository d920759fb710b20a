'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { normalise } = require('../lib/hunt/options.js');
const { Target } = require('../lib/hunt/target.js');

const refused = (options, message) => {
  assert.throws(() => normalise(options), (error) => {
    assert.equal(error.code, 'LG_ARGUMENT');
    assert.match(error.message, message);
    return true;
  });
};

test('options that make no hunt are refused, each with its reason', () => {
  refused(null, /object/);
  refused({}, /'app'.*'iterate'/);
  refused({ app: __filename, iterate: __filename }, /'app'.*'iterate'/);
  refused({ app: 'no/such/app.js' }, /there is no .*app\.js/);
  refused({ app: 7 }, /app must be a path/);
  refused({ app: __filename, rounds: 2 }, /at least 3/);
  refused({ app: __filename, iterations: 0 }, /iterations/);
  refused({ app: __filename, iterations: 1.5 }, /iterations/);
  refused({ app: __filename, duration: -1 }, /duration/);
  refused({ app: __filename, args: 'x' }, /args/);
  refused({ app: __filename, body: {} }, /body/);
  refused({ iterate: __filename, url: 'http://localhost/' }, /'url'/);
  refused({ iterate: __filename, idle: true }, /'idle'/);
  refused({ app: __filename, idle: true, url: 'http://localhost/' }, /'idle'/);
});

test('a body makes it a POST unless a method is given', () => {
  assert.equal(normalise({ app: __filename }).method, 'GET');
  assert.equal(normalise({ app: __filename, body: 'x' }).method, 'POST');
  assert.equal(normalise({ app: __filename, body: 'x', method: 'PUT' }).method, 'PUT');
});

test('one url or several, of one server on this machine', async () => {
  const target = await Target.from(['http://127.0.0.1:81/a?b=1', '127.0.0.1:81/c']);
  assert.equal(target.port, 81);
  assert.deepEqual(target.urls.map((url) => url.pathname + url.search), ['/a?b=1', '/c']);
  assert.equal((await Target.from(['https://localhost/'])).port, 443);
  assert.equal((await Target.from(['http://[::1]:82/'])).host, '::1');
  const bad = { code: 'LG_ARGUMENT' };
  await assert.rejects(Target.from(['http://127.0.0.1:81/', 'http://127.0.0.1:82/']), { ...bad, message: /two/ });
  await assert.rejects(Target.from(['ftp://127.0.0.1/']), { ...bad, message: /http/ });
  await assert.rejects(Target.from(['http://']), { ...bad, message: /not a URL/ });
  await assert.rejects(Target.from(['http://192.0.2.1/']), { ...bad, message: /elsewhere/ });
  await assert.rejects(Target.from(['http://does-not-exist.invalid/']), { ...bad, message: /elsewhere/ });
});
