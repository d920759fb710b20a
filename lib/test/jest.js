'use strict';

// `setupFilesAfterEnv: ['leakguard/test/jest']`: adds the matchers to Jest's global expect.

const matchers = require('./matchers.js');
const { LeakguardError } = require('../errors.js');

if (typeof globalThis.expect?.extend !== 'function') {
  throw new LeakguardError('LG_ARGUMENT', "there is no global expect here: name leakguard/test/jest in Jest's setupFilesAfterEnv, or call expect.extend(require('leakguard/test').matchers)");
}
globalThis.expect.extend(matchers);
