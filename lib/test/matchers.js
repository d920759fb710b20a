'use strict';

// Matchers for the `expect` of Jest and Vitest: expect.extend(matchers).

const { assertNoLeak } = require('./assert.js');
const { expectCollected } = require('./collected.js');

/** `await expect(fn).toNotLeak(options)`; with `.not`, fn must leak. */
async function toNotLeak(fn, options) {
  return outcome(() => assertNoLeak(fn, options), 'LG_LEAK', ({ reason }) => `expected the function to leak: ${reason}`);
}

/** `await expect(() => makeThing()).toBeCollected(options)`; with `.not`, something must keep it. */
async function toBeCollected(subject, options) {
  return outcome(() => expectCollected(subject, options), 'LG_NOT_COLLECTED', () => 'expected the object to be kept, and it was collected');
}

// What could not be measured is neither a pass nor a failure of the matcher, and is thrown.
async function outcome(work, code, otherwise) {
  try {
    const result = await work();
    return { pass: true, message: () => otherwise(result) };
  } catch (error) {
    if (error.code !== code) throw error;
    return { pass: false, message: () => error.message };
  }
}

module.exports = { toBeCollected, toNotLeak };
