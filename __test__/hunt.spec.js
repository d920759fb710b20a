'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { hunt } = require('../lib/hunt/hunt.js');

const ROOT = path.join(__dirname, '..');
const CCAP = path.join(ROOT, 'examples', 'ccap-registry');
const MODULES = path.join(__dirname, 'apps');

function cli(...args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(ROOT, 'bin', 'leakguard.js'), ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

function isNumber(value, what) {
  assert.ok(Number.isFinite(value), `${what} is a number: ${value}`);
}

// The shape that scripts rely on: see HuntResult in index.d.ts.
function assertContract(result) {
  assert.equal(result.schema, 1);
  assert.ok(['leak', 'healthy', 'backlog', 'inconclusive'].includes(result.verdict));
  assert.equal(typeof result.reason, 'string');
  assert.ok(result.rounds.length >= 5);
  for (const round of result.rounds) {
    for (const name of ['iterations', 'heapUsed', 'external', 'rss']) isNumber(round[name], `rounds[].${name}`);
    isNumber(round.capture.stallMs, 'rounds[].capture.stallMs');
  }
  isNumber(result.growth.bytesPerIteration, 'growth.bytesPerIteration');
  isNumber(result.growth.r2, 'growth.r2');
  result.suspects.forEach((suspect, i) => {
    assert.equal(suspect.rank, i + 1);
    for (const name of ['category', 'className', 'hint']) assert.equal(typeof suspect[name], 'string', name);
    for (const name of ['countPerIteration', 'bytesPerIteration', 'retainedBytes']) isNumber(suspect[name], name);
    assert.equal(typeof suspect.growsAt, 'object');
    assert.ok(suspect.path.length > 0);
    for (const hop of suspect.path) {
      for (const name of ['edge', 'name', 'type']) assert.equal(typeof hop[name], 'string', `path[].${name}`);
    }
  });
}

test('ccap: CAP, one per request, kept by reg_ary of lib/timer.js', async () => {
  const result = await hunt({ app: path.join(CCAP, 'leaking.js') });
  assertContract(result);
  assert.equal(result.verdict, 'leak', result.reason);
  const [suspect] = result.suspects;
  assert.equal(suspect.className, 'CAP');
  assert.ok(Math.abs(suspect.countPerIteration - 1) < 0.02, `${suspect.countPerIteration} per request`);
  assert.ok(suspect.path.some((hop) => hop.edge === 'reg_ary'), JSON.stringify(suspect.path, null, 1));
  assert.match(suspect.growsAt.text, /`timer\.reg_ary` of ccap\/lib\/timer\.js/);
  assert.match(suspect.definedAt.file, /ccap\/lib\/hcap\.js$/);
  assert.equal(suspect.definedAt.line, 46);
});

test('ccap, made once instead of per request: healthy', async () => {
  const result = await hunt({ app: path.join(CCAP, 'fixed.js') });
  assertContract(result);
  assert.equal(result.verdict, 'healthy', JSON.stringify(result.suspects, null, 1));
});

test('--json prints the result and nothing else, text names the leak, and both exit with 1', async () => {
  const args = ['hunt', path.join(CCAP, 'leaking.js'), '--iterations', '50', '--warmup', '200'];
  const [json, text] = [await cli(...args, '--json'), await cli(...args)];
  assert.equal(json.code, 1, json.stderr);
  const result = JSON.parse(json.stdout);
  assertContract(result);
  assert.deepEqual(result.rounds.map(({ iterations }) => iterations), [200, 50, 50, 50, 50, 0]);
  assert.equal(text.code, 1, text.stderr);
  assert.match(text.stdout, /CAP/);
  assert.match(text.stdout, /reg_ary/);
  assert.match(text.stdout, /timer\.js/);
  assert.match(text.stderr, /^round 4 +50\/50 +heap/m);
});

test('--iterate: a module that leaks, and the same with a bound', async () => {
  const leak = await hunt({ iterate: path.join(MODULES, 'leaks.js') });
  assertContract(leak);
  assert.equal(leak.verdict, 'leak', leak.reason);
  assert.equal(leak.suspects[0].className, 'Session');
  assert.ok(Math.abs(leak.suspects[0].countPerIteration - 1) < 0.02);
  const healthy = await hunt({ iterate: path.join(MODULES, 'bounded.mjs') });
  assertContract(healthy);
  assert.equal(healthy.verdict, 'healthy', JSON.stringify(healthy.suspects, null, 1));
});

test('--iterate: a cache whose bound is written in code only is not called a leak before it is full', async () => {
  const iterate = path.join(MODULES, 'literal-bound.js');
  const filling = await hunt({ iterate, warmup: 100, rounds: 3, iterations: 100 });
  assert.equal(filling.verdict, 'inconclusive', filling.reason);
  assert.deepEqual(filling.suspects[0].evidence.bound, { name: 'recent.size > 900', value: 900 });
  assert.match(filling.advice, /after about 500 more iterations/);
  const full = await hunt({ iterate });
  assert.equal(full.verdict, 'healthy', full.reason);
});

test('what piles up on a connection that stays open is found', async () => {
  const result = await hunt({ app: path.join(MODULES, 'socket-listeners.js') });
  assert.equal(result.verdict, 'leak', result.reason);
  const [suspect] = result.suspects;
  assert.equal(suspect.growsAt.kind, 'listeners');
  assert.match(suspect.sentence, /^`close` listeners \+0\.\d+ per request .* on one Socket/);
  assert.ok(suspect.countPerIteration > 0.05 && suspect.countPerIteration <= 0.11, `a tenth of the requests: ${suspect.countPerIteration}`);
  assert.match(suspect.definedAt.file, /socket-listeners\.js$/);
});

test('--iterate: a queue that drains when the work stops is a backlog, exit code 0', async () => {
  const settings = ['--rounds', '3', '--iterations', '200', '--warmup', '50', '--cool-down', '5', '--json'];
  process.env.JOBS = String(50 + 3 * 200);
  const { code, stdout, stderr } = await cli('hunt', '--iterate', path.join(MODULES, 'backlog.js'), ...settings);
  delete process.env.JOBS;
  const result = JSON.parse(stdout);
  assertContract(result);
  assert.equal(result.verdict, 'backlog', result.reason);
  assert.equal(code, 0, stderr);
});

test('--keep: one gzipped snapshot per capture, readable by the owner only', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-keep-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const keep = path.join(folder, 'snapshots');
  const result = await hunt({ iterate: path.join(MODULES, 'leaks.js'), keep, rounds: 3, iterations: 10 });
  const files = ['00-baseline', '01-round', '02-round', '03-round', '04-cool-down'];
  assert.deepEqual(fs.readdirSync(keep), files.map((name) => `${name}.heapsnapshot.gz`));
  assert.deepEqual(result.rounds.map((round) => path.relative(keep, round.capture.file)), fs.readdirSync(keep));
  for (const name of fs.readdirSync(keep)) {
    const file = path.join(keep, name);
    assert.equal(fs.readFileSync(file).readUInt16BE(0), 0x1f8b, 'gzip');
    if (process.platform !== 'win32') assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  }
});
