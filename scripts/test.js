'use strict';

// `npm test`: everything that runs on this Node alone. CI adds other Nodes, lints and the oracle (.ci/run).

const { ensureBuilt } = require('./ensure-built.js');
const { specFiles } = require('./spec-files.js');
const { step } = require('./step.js');

ensureBuilt();
step('Rust tests without Node-API', 'cargo', ['test', '--quiet', '--no-default-features']);
step('Rust tests', 'cargo', ['test', '--quiet']);
step('JavaScript specs', 'node', ['--test', ...specFiles()]);
