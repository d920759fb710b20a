'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { configure } = require('../lib/config.js');

function folder(t, config) {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-config-'));
  t.after(() => fs.rmSync(cwd, { recursive: true, maxRetries: 10 }));
  if (config !== undefined) fs.writeFileSync(path.join(cwd, 'leakguard.config.json'), config);
  return cwd;
}

test('code wins over the environment, the environment over the file, the file over the defaults', (t) => {
  const cwd = folder(t, JSON.stringify({ keepCount: 1, keepDays: 1, keepBytes: 1 }));
  const env = { LEAKGUARD_KEEP_COUNT: '2', LEAKGUARD_KEEP_DAYS: '2' };
  const { keepCount, keepDays, keepBytes, mode } = configure({ keepCount: 3 }, { env, cwd });
  assert.deepEqual({ keepCount, keepDays, keepBytes, mode }, { keepCount: 3, keepDays: 2, keepBytes: 1, mode: 'auto' });
});

test('what can be off is off by false in code and by false, off or none in the environment', (t) => {
  const cwd = folder(t);
  assert.equal(configure({}, { env: {}, cwd }).signal, 'SIGUSR2');
  assert.equal(configure({ signal: false }, { env: {}, cwd }).signal, false);
  for (const word of ['false', 'off', 'none', '0', '']) {
    assert.equal(configure({}, { env: { LEAKGUARD_SIGNAL: word }, cwd }).signal, false, word);
  }
});

test('a value that cannot be used is refused, and its source named', (t) => {
  const cwd = folder(t);
  const bad = (options, env, message) =>
    assert.throws(() => configure(options, { env, cwd }), { code: 'LG_ARGUMENT', message });
  bad({ signal: 'SIGNOPE' }, {}, /^signal in the options must be the name of a signal/);
  bad({ keepCount: 0 }, {}, /^keepCount in the options must be a number of at least 1/);
  bad({}, { LEAKGUARD_KEEP_COUNT: 'many' }, /^LEAKGUARD_KEEP_COUNT must be a number/);
  bad({}, { LEAKGUARD_MODE: 'magic' }, /^LEAKGUARD_MODE must be one of/);
  bad({ colour: 1 }, {}, /no option 'colour'/);
  bad(null, {}, /object/);
});

test('the file: absent is fine, broken is not, LEAKGUARD_CONFIG names another', (t) => {
  const broken = folder(t, '{ keepCount: 1');
  assert.throws(() => configure({}, { env: {}, cwd: broken }), { code: 'LG_ARGUMENT', message: /is not JSON/ });
  const list = folder(t, '[]');
  assert.throws(() => configure({}, { env: {}, cwd: list }), { code: 'LG_ARGUMENT', message: /object/ });
  const other = folder(t);
  fs.writeFileSync(path.join(other, 'other.json'), '{ "keepCount": 9 }');
  assert.equal(configure({}, { env: { LEAKGUARD_CONFIG: 'other.json' }, cwd: other }).keepCount, 9);
  assert.throws(() => configure({}, { env: { LEAKGUARD_CONFIG: 'gone.json' }, cwd: other }), { code: 'LG_READ' });
});
