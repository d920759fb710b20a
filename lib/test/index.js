'use strict';

// `require('leakguard/test')`: assertions for test suites, described in types/test.d.ts.

module.exports.assertNoLeak = require('./assert.js').assertNoLeak;
module.exports.expectCollected = require('./collected.js').expectCollected;
module.exports.skipLeakTest = require('./assert.js').skipLeakTest;
module.exports.matchers = require('./matchers.js');
module.exports.LeakError = require('./error.js').LeakError;
