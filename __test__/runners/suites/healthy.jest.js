'use strict';

const { few, healthy, free } = require('./subject.js');

test('healthy function', () => expect(healthy).toNotLeak(few), 240_000);
test('free object', () => expect(free).toBeCollected(), 240_000);
