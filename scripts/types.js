'use strict';

// `npm run types`: the public types as a user meets them, and the dashboard's own.

const { join } = require('node:path');
const { packagesCurrent } = require('./ensure-built.js');
const { ROOT, step } = require('./step.js');

const DASHBOARD = join(ROOT, 'dashboard');

if (!packagesCurrent(DASHBOARD)) step('install the dashboard’s packages', 'npm', ['ci', '--no-audit', '--no-fund'], { cwd: DASHBOARD });
for (const project of ['__test__/types', 'dashboard']) {
  step(`types of ${project}`, 'node', [join('node_modules', 'typescript', 'bin', 'tsc'), '--project', project]);
}
