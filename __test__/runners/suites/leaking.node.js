'use strict';

const { test } = require('node:test');
const { assertNoLeak, expectCollected } = require('leakguard/test');

const { few, leaking, kept } = require('./subject.js');

test('leaking function', () => assertNoLeak(leaking, few));
test('kept object', () => expectCollected(kept));
