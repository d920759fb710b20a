'use strict';

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');
const { problems } = require('../scripts/prerequisites.js');

const cargo = readFileSync(join(__dirname, '..', 'Cargo.toml'), 'utf8');
const wanted = /^rust-version = "(\d+\.\d+)"$/m.exec(cargo)[1];

test('recent tools are fine', () => {
  assert.deepEqual(problems({ node: '20.17.0', rustc: `${wanted}.0` }), []);
  assert.deepEqual(problems({ node: '26.1.0', rustc: '2.0.0' }), []);
});

test('each problem names what is wrong and what to do', () => {
  assert.match(problems({ node: '20.16.9', rustc: '2.0.0' }).join(), /This is Node 20\.16\.9.*20\.17\.0 or later.*Install/);
  const old = problems({ node: '22.13.0', rustc: '1.9.9' }).join();
  assert.ok(old.startsWith(`This is Rust 1.9.9; leakguard needs ${wanted} or later.`), old);
  assert.match(old, /rustup update/);
  assert.match(problems({ node: '22.13.0', rustc: null }).join(), /Rust was not found.*rustup\.rs/);
  assert.equal(problems({ node: '18.0.0', rustc: null }).length, 2);
});
