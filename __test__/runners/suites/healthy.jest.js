'use strict';

const { few, healthy, free } = require('./subject.js');

// The clock of the test stands still; that of the assertions must not.
jest.useFakeTimers();

test('healthy function', () => expect(healthy).toNotLeak(few), 240_000);
test('free object', () => expect(free).toBeCollected(), 240_000);
