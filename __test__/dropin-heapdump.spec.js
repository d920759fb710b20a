'use strict';

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const HEAPDUMP = path.join(__dirname, '..', 'lib', 'dropins', 'heapdump.js');
const { writeSnapshot } = require(HEAPDUMP);

function folder(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-heapdump-'));
  t.after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

const isSnapshot = (file) => JSON.parse(fs.readFileSync(file, 'utf8')).snapshot.node_count > 1000;

test('writes a snapshot and calls back before it returns', (t) => {
  const file = path.join(folder(t), 'a.heapsnapshot');
  const calls = [];
  assert.equal(writeSnapshot(file, (...values) => calls.push(values)), true);
  assert.deepEqual(calls, [[null, file]]);
  assert.ok(isSnapshot(file));
  assert.equal(writeSnapshot(file), true, 'again, over it, without a callback');
});

test('a file that cannot be written is an error with its code, of the callback only', () => {
  const calls = [];
  assert.equal(writeSnapshot('/does/not/exist', (...values) => calls.push(values)), false);
  assert.equal(calls.length, 1);
  assert.equal(calls[0][0].message, 'heapdump write error ENOENT');
  assert.equal(writeSnapshot('/does/not/exist'), false);
});

test('the default name is of the time, in the working directory', (t) => {
  const cwd = folder(t);
  const script = `require(${JSON.stringify(HEAPDUMP)}).writeSnapshot((error, name) => console.log(name))`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' });
  assert.match(stdout, /^heapdump-\d+\.\d+\.heapsnapshot\n$/);
  assert.ok(isSnapshot(path.join(cwd, stdout.trim())));
});

const APP = `require(${JSON.stringify(HEAPDUMP)}); setInterval(() => {}, 1000); console.log('up')`;

const ON_SIGNALS = { skip: process.platform === 'win32' && 'no such signal', timeout: 120_000 };

async function signalled(t, options) {
  const cwd = folder(t);
  const env = { ...process.env, NODE_HEAPDUMP_OPTIONS: options };
  const child = spawn(process.execPath, ['-e', APP], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const words = { err: '' };
  child.stderr.on('data', (text) => {
    words.err += text;
  });
  await once(child.stdout, 'data');
  child.kill('SIGUSR2');
  return { cwd, child, words };
}

test('SIGUSR2 writes one, and the process goes on', ON_SIGNALS, async (t) => {
  const { cwd, child, words } = await signalled(t, ' signal, nonsense');
  const whole = () => fs.readdirSync(cwd).some((name) => fs.readFileSync(path.join(cwd, name), 'utf8').trimEnd().endsWith('}'));
  while (!whole()) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(child.exitCode, null);
  assert.match(words.err, /unrecognized option: nonsense/);
});

test('with nosignal, SIGUSR2 has its default effect', ON_SIGNALS, async (t) => {
  const { cwd, child } = await signalled(t, 'nosignal');
  const [, signal] = await once(child, 'exit');
  assert.equal(signal, 'SIGUSR2');
  assert.deepEqual(fs.readdirSync(cwd), []);
});
