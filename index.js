'use strict';

// The public API, hand-written: one export per line, described in index.d.ts beside it.
// (The build's own output is lib/native.js; a bare `napi build` must never overwrite this file.)

module.exports.hunt = require('./lib/hunt/hunt.js').hunt;
module.exports.start = require('./lib/guard.js').start;
module.exports.analyze = require('./lib/analyze.js').analyze;
module.exports.compare = require('./lib/compare.js').compare;
module.exports.scrub = require('./lib/scrub.js').scrub;
module.exports.LeakguardError = require('./lib/errors.js').LeakguardError;
module.exports.version = require('./package.json').version;
