'use strict';

// `npm run test:browser`: the page in a real Chromium, over the real servers.

const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { ensureBuilt } = require('./ensure-built.js');
const { ROOT, step } = require('./step.js');

const FOLDER = join('__test__', 'browser');

ensureBuilt();
const specs = readdirSync(join(ROOT, FOLDER)).filter((file) => file.endsWith('.spec.js'));
// One after the other: each has a browser and an app under load.
step('the page in a browser', 'node', ['--test', '--test-concurrency=1', ...specs.sort().map((file) => join(FOLDER, file))]);
