'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { hunt } = require('../lib/hunt/hunt.js');

test('an app that serves nothing is hunted in rounds of seconds', async () => {
  const result = await hunt({ app: path.join(__dirname, 'apps', 'timer.js'), idle: true, duration: 1, warmup: 1, coolDown: 1 });
  assert.equal(result.verdict, 'leak', result.reason);
  assert.equal(result.unit, 'second');
  assert.ok(result.rounds.slice(0, -1).every(({ iterations }) => iterations === 1), JSON.stringify(result.rounds));
  const [suspect] = result.suspects;
  assert.equal(suspect.className, 'Reading');
  assert.match(suspect.sentence, /per second .* in array `readings`/);
});
