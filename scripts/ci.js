'use strict';

// Continuous integration, in the order in which things break most often. `npm test` first: it installs and
// builds, so everything after it may rely on node_modules and on the addon.

const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { step } = require('./step.js');
const { specFiles } = require('./spec-files.js');
const { VERSIONS, nodeBinary } = require('./node-versions.js');

for (const [tool, component] of [['fmt', 'rustfmt'], ['clippy', 'clippy']]) {
  if (spawnSync('cargo', [tool, '--version']).status !== 0) {
    step(`install ${component}`, 'rustup', ['component', 'add', component]);
  }
}

step('npm test', 'npm', ['test']);

step('formatting', 'cargo', ['fmt', '--check']);
for (const features of [['--no-default-features'], []]) {
  step(`clippy ${features.join(' ')}`, 'cargo', ['clippy', '--quiet', '--all-targets', ...features, '--', '-D', 'warnings']);
}
step('types', 'npm', ['run', '--silent', 'types']);

step('generated files: build', 'npm', ['run', '--silent', 'build']);
step('generated files: current', 'git', ['diff', '--exit-code', '--', 'index.js', 'index.d.ts', 'lib']);

// npm test has run the specs on this Node.
for (const major of Object.keys(VERSIONS).filter((major) => VERSIONS[major] !== process.versions.node)) {
  step(`specs on Node ${VERSIONS[major]}`, nodeBinary(major), ['--test', ...specFiles()]);
}
if (!existsSync('/usr/bin/chromium')) {
  step('install Chromium: package lists', 'apt-get', ['update', '-q']);
  step('install Chromium', 'apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium']);
}
step('the page in a browser', 'npm', ['run', '--silent', 'test:browser']);
step('packed packages', 'npm', ['run', '--silent', 'test:pack']);
step('differential test against DevTools', 'npm', ['run', '--silent', 'test:oracle']);
// Without `alarm`, which takes eight minutes of real time: `npm run test:field` has it.
step('field tests', 'npm', ['run', '--silent', 'test:field', '--', 'metrics-prometheus', 'otlp', 'summary-schema']);
