'use strict';

// A plugin for Chai: chai.use(require('leakguard/test/chai')).

const { assertNoLeak } = require('./assert.js');
const { expectCollected } = require('./collected.js');

module.exports = function leakguard(chai, utils) {
  // `await expect(fn).to.not.leak(options)`
  chai.Assertion.addMethod('leak', async function leak(options) {
    const negated = utils.flag(this, 'negate') === true;
    const message = await failure(() => assertNoLeak(utils.flag(this, 'object'), options), 'LG_LEAK');
    if (negated && message !== null) throw new chai.AssertionError(message);
    if (!negated && message === null) throw new chai.AssertionError('expected the function to leak, and it does not');
  });
  // `await expect(() => makeThing()).to.be.collected(options)`
  chai.Assertion.addMethod('collected', async function collected(options) {
    const negated = utils.flag(this, 'negate') === true;
    const message = await failure(() => expectCollected(utils.flag(this, 'object'), options), 'LG_NOT_COLLECTED');
    if (!negated && message !== null) throw new chai.AssertionError(message);
    if (negated && message === null) throw new chai.AssertionError('expected the object to be kept, and it was collected');
  });
};

async function failure(work, code) {
  try {
    await work();
    return null;
  } catch (error) {
    if (error.code !== code) throw error;
    return error.message;
  }
}
