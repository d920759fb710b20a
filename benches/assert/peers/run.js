'use strict';

// `node benches/assert/peers/run.js [--json FILE]`: what other tools say of a sample of the corpus, a process for each.
//
// - leakage 0.5.0 with its default settings. Its native part compiles on no Node.js that leakguard supports, so leakguard's
//   stand-in for it (leakguard/memwatch) takes its place: heap differences are ours, the verdict is leakage's.
// - Jest 30 with --detectLeaks over 1000 calls in a test: it looks for test files whose whole environment stays.

const { spawnSync } = require('node:child_process');
const { appendFileSync, existsSync, mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { ROOT, step } = require('../../../scripts/step.js');
const { CASES } = require('../corpus.js');

const SAMPLE = [
  'sync/none/0', 'sync/log/0', 'sync/garbage/0', 'promise/none/0', 'promise/cache/0', 'timer/none/0', 'stream/none/0',
  'fills/cache of 100', 'fills/keyed at random', 'language/closures', 'asynchronous/event awaited', 'input and output/gzip sync',
  'sync/none/100', 'sync/none/1000', 'sync/none/100000', 'promise/none/100', 'promise/none/1000', 'timer/none/1000',
  'way/map', 'way/emitter listeners', 'way/process listeners', 'way/globals', 'way/large buffers, 16 KB', 'way/sessions',
];
const LIMIT_MS = 120_000;
const HOME = path.join(ROOT, '.cache', 'assert-peers');
const JEST = path.join(ROOT, '__test__', 'runners', 'node_modules', 'jest-30', 'bin', 'jest.js');

function install() {
  if (!existsSync(JEST)) throw new Error('run `npm run test:runners` first: it installs Jest');
  if (existsSync(path.join(HOME, 'node_modules', 'leakage'))) return;
  mkdirSync(HOME, { recursive: true });
  writeFileSync(path.join(HOME, 'package.json'), '{ "private": true }\n');
  step('install leakage', 'npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', 'leakage@0.5.0'], { cwd: HOME });
}

// Both peers find the case by its id in the environment.
function ask(args, id) {
  const started = performance.now();
  const env = { ...process.env, LEAKGUARD_BENCH_CASE: id, LEAKGUARD_BENCH_HOME: HOME, CI: '1' };
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 2 ** 28 });
  return { status, text: stderr, ms: Math.round(performance.now() - started) };
}

function leakage(id) {
  const { status, text, ms } = ask([path.join(__dirname, 'leakage.js')], id);
  return { tool: 'leakage', verdict: ['healthy', 'leak'][status] ?? `failed: ${text.trim().split('\n').at(-1)}`, ms };
}

function jest(id) {
  const { status, text, ms } = ask([JEST, '--config', path.join(__dirname, 'jest.config.json'), '--detectLeaks', '--silent'], id);
  const verdict = status === 0 ? 'healthy' : /leaking memory/.test(text) ? 'leak' : 'failed';
  return { tool: 'jest --detectLeaks', verdict, ms };
}

install();
const { values } = parseArgs({ options: { json: { type: 'string' } } });
const rows = [];
for (const id of SAMPLE) {
  for (const tool of [leakage, jest]) {
    const row = { id, leak: CASES.get(id).leak, ...tool(id) };
    rows.push(row);
    if (values.json) appendFileSync(values.json, `${JSON.stringify(row)}\n`);
    process.stdout.write(`${row.tool.padEnd(20)} ${id.padEnd(28)} ${row.verdict} (${row.ms} ms)\n`);
  }
}
for (const tool of new Set(rows.map((row) => row.tool))) {
  const count = (isLeak, verdict) => rows.filter((row) => row.tool === tool && row.leak > 0 === isLeak && row.verdict === verdict).length;
  const total = (isLeak) => rows.filter((row) => row.tool === tool && row.leak > 0 === isLeak).length;
  process.stdout.write(`\n${tool}: ${count(false, 'leak')} of ${total(false)} healthy said to leak, ${count(true, 'leak')} of ${total(true)} leaks found\n`);
}
