'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');
const { test } = require('node:test');
const commands = require('../lib/commands/index.js');

const BIN = join(__dirname, '..', 'bin', 'leakguard.js');
const leakguard = (...args) => spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8', timeout: 60_000 });

test('without a verb it shows the help and says it did nothing', () => {
  const { status, stdout } = leakguard();
  assert.equal(status, 2);
  assert.match(stdout, /Usage: leakguard/);
});

test('--help and --version exit 0', () => {
  const help = leakguard('--help');
  assert.equal(help.status, 0);
  for (const { name } of commands) assert.match(help.stdout, new RegExp(`^  ${name}\\b`, 'm'));
  const version = leakguard('--version');
  assert.equal(version.status, 0);
  assert.equal(version.stdout.trim(), require('../package.json').version);
});

test('a mistake on the command line is one LG_USAGE line and exit code 2', () => {
  const { status, stdout, stderr } = leakguard('no-such-verb');
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^LG_USAGE: .+\n$/);
});

test('every verb has what the command line needs, and --json', () => {
  for (const command of commands) {
    assert.match(command.name, /^[a-z]+$/);
    assert.match(command.description, /^[A-Z].*\.$/, command.name);
    assert.equal(typeof command.run, 'function');
    const { status, stdout } = leakguard(command.name, '--help');
    assert.equal(status, 0);
    assert.match(stdout, /--json/, command.name);
  }
});
