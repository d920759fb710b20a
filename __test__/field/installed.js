'use strict';

// One version of one package, installed into .cache from the registry, with nothing of it run or built.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { ROOT } = require('../../scripts/step.js');

/** @returns {string} a folder in which `entry.mjs` exports what the package exports */
function installed(name, version, { also = [] } = {}) {
  const home = path.join(ROOT, '.cache', 'npm-leaks', `${name.replace(/\W+/g, '-')}-${version}`);
  if (fs.existsSync(path.join(home, 'entry.mjs'))) return home;
  fs.rmSync(home, { recursive: true, force: true });
  fs.mkdirSync(home, { recursive: true });
  fs.writeFileSync(path.join(home, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', `${name}@${version}`, ...also];
  const { status, stderr } = spawnSync('npm', args, { cwd: home, encoding: 'utf8', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`cannot install ${name}@${version}: ${stderr}`);
  const entry = `export * from '${name}';\nimport * as all from '${name}';\nexport default all.default;\n`;
  fs.writeFileSync(path.join(home, 'entry.mjs'), entry);
  return home;
}

module.exports = { installed };
