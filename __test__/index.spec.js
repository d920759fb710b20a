'use strict';

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');

const read = (path) => readFileSync(join(__dirname, '..', path), 'utf8');

test('index.d.ts declares exactly what index.js exports, in the same order', () => {
  const declared = [...read('index.d.ts').matchAll(/^export (?:declare )?(?:class|function|const) (\w+)/gm)].map((match) => match[1]);
  // An overloaded function is declared once per signature.
  assert.deepEqual([...new Set(declared)], Object.keys(require('..')));
});

test('index.js and index.d.ts are hand-written', () => {
  for (const file of ['index.js', 'index.d.ts']) {
    assert.doesNotMatch(read(file), /auto-generated/, `${file} was overwritten by the build: restore it, and build with npm run build`);
  }
});

test('only lib/addon.js knows the generated loader', () => {
  const { readdirSync } = require('node:fs');
  const root = join(__dirname, '..');
  const files = readdirSync(join(root, 'lib'), { recursive: true }).filter((file) => file.endsWith('.js') && file !== 'native.js');
  const users = files.filter((file) => /require\(['"].*\/native(\.js)?['"]\)/.test(readFileSync(join(root, 'lib', file), 'utf8')));
  assert.deepEqual(users, ['addon.js']);
});

test('the versions of the package, the crate and the platform packages are one', () => {
  const { version, napi } = require('../package.json');
  assert.match(read('Cargo.toml'), new RegExp(`^version = "${version}"$`, 'm'));
  assert.equal(require('..').version, version);
  const { readdirSync } = require('node:fs');
  const platforms = readdirSync(join(__dirname, '..', 'npm'));
  assert.equal(platforms.length, napi.targets.length);
  for (const platform of platforms) {
    assert.equal(require(`../npm/${platform}/package.json`).version, version, platform);
  }
});

test('the lockfile names no registry', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved"|https?:\/\/[^"]*registry/);
});
