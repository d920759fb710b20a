'use strict';

const { few, leaking, kept } = require('./subject.js');

test('leaking function', () => expect(leaking).toNotLeak(few), 240_000);
test('kept object', () => expect(kept).toBeCollected(), 240_000);
