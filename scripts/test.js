'use strict';

// `npm test`: everything that runs on this Node alone. CI adds other Nodes, lints and the oracle (.ci/run).

const { join } = require('node:path');
const { ensureBuilt, packagesCurrent } = require('./ensure-built.js');
const { specFiles } = require('./spec-files.js');
const { ROOT, step } = require('./step.js');

const FRAMEWORKS = join(ROOT, '__test__', 'frameworks');

ensureBuilt();
if (!packagesCurrent(FRAMEWORKS)) {
  step('install the frameworks that the middleware is tested in', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FRAMEWORKS });
}
step('Rust tests without Node-API', 'cargo', ['test', '--quiet', '--no-default-features']);
step('Rust tests', 'cargo', ['test', '--quiet']);
step('JavaScript specs', 'node', ['--test', ...specFiles()]);
