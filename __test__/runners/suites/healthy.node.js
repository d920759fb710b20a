'use strict';

const { test } = require('node:test');
const { assertNoLeak, expectCollected } = require('leakguard/test');

const { few, healthy, free } = require('./subject.js');

test('healthy function', () => assertNoLeak(healthy, few));
test('free object', () => expectCollected(free));
