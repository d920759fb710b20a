'use strict';

// `npm start`: from a fresh clone to a named leak.

const { ensureBuilt } = require('./ensure-built.js');
const { step } = require('./step.js');

/** The exit code of a hunt that found one. */
const LEAK_FOUND = 1;

ensureBuilt();
const hunt = ['bin/leakguard.js', 'hunt', 'examples/ccap-registry/leaking.js', '--url', 'http://127.0.0.1:8124/'];
step(`leakguard ${hunt.slice(1).join(' ')}`, 'node', hunt, { expected: LEAK_FOUND });
