'use strict';

// `npm run test:oracle`: installs what the differential test needs, which is none of the package's own dependencies,
// and runs it. Arguments go to differential.js.

const { join } = require('node:path');
const { ensureBuilt, packagesCurrent } = require('../../scripts/ensure-built.js');
const { step } = require('../../scripts/step.js');

ensureBuilt();
if (!packagesCurrent(__dirname)) {
  step('install the oracle', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: __dirname });
}
step('differential test against DevTools', 'node', [join(__dirname, 'differential.js'), ...process.argv.slice(2)]);
