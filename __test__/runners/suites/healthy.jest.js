'use strict';

const { few, healthy, free } = require('./subject.js');

test('healthy function', () => expect(healthy).toNotLeak(few), 120_000);
test('free object', () => expect(free).toBeCollected(), 120_000);
