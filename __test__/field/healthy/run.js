'use strict';

// `npm run test:healthy`: the table of healthy packages on each of two Nodes.
//
// usage: node __test__/field/healthy/run.js [package…]

const { spawnSync } = require('node:child_process');
const path = require('node:path');

const { nodeBinary } = require('../../../scripts/node-versions.js');

let wrong = 0;
for (const major of ['20', '24']) {
  const { status } = spawnSync(nodeBinary(major), [path.join(__dirname, 'table.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
  if (status !== 0) wrong += 1;
}
process.exitCode = wrong === 0 ? 0 : 1;
