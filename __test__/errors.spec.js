'use strict';

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');
const { ADVICE, LeakguardError, describe, fromNative } = require('../lib/errors.js');

const read = (path) => readFileSync(join(__dirname, '..', path), 'utf8');
const codes = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

test('Rust, JavaScript and docs/errors.md know the same codes', () => {
  const rust = codes(read('src/error.rs'), /=> "(LG_[A-Z0-9_]+)"/g);
  const docs = codes(read('docs/errors.md'), /^## (LG_[A-Z0-9_]+)$/gm);
  const javascript = Object.keys(ADVICE);
  assert.ok(rust.length >= 8, 'src/error.rs names its codes');
  assert.equal(new Set(javascript).size, javascript.length);
  assert.deepEqual(rust.filter((code) => !javascript.includes(code)), [], 'in Rust, without advice in lib/errors.js');
  assert.deepEqual([...docs].sort(), [...javascript].sort(), 'docs/errors.md has one heading for each code');
});

test('an error carries its code, what happened and what to do', () => {
  const cause = new Error('underneath');
  const error = new LeakguardError('LG_READ', 'cannot read x', { cause });
  assert.equal(error.code, 'LG_READ');
  assert.equal(error.name, 'LeakguardError');
  assert.equal(error.cause, cause);
  assert.equal(describe(error), `LG_READ: cannot read x. ${ADVICE.LG_READ}`);
  assert.ok(error instanceof Error);
});

test('an unknown code is a mistake in leakguard itself', () => {
  assert.throws(() => new LeakguardError('LG_NO_SUCH', 'x'), TypeError);
});

test('errors of the addon become LeakguardErrors, others stay what they are', () => {
  const native = Object.assign(new Error('the file was cut off'), { code: 'LG_PARSE_TRUNCATED' });
  const error = fromNative(native);
  assert.ok(error instanceof LeakguardError);
  assert.equal(error.cause, native);
  const other = new RangeError('x');
  assert.equal(fromNative(other), other);
  assert.equal(fromNative(undefined), undefined);
});
