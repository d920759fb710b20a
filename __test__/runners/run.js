'use strict';

// `npm run test:runners -- [name…]`: a healthy and a leaking suite under each test runner. The healthy one must pass; the
// leaking one must fail, and what the runner prints must say what leaks and who keeps it.

const { spawnSync } = require('node:child_process');
const { cpSync, existsSync, mkdirSync, readFileSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { stripVTControlCharacters } = require('node:util');

const { ensureBuilt, packagesCurrent } = require('../../scripts/ensure-built.js');
const { ROOT, step } = require('../../scripts/step.js');

const RUNNERS = {
  'node:test': { args: ['--test'], suite: 'node.js', mode: 'fork' },
  mocha: { tool: 'mocha', args: [], suite: 'mocha.js', mode: 'fork' },
  'ava, workers': { tool: 'ava', args: [], suite: 'ava.js', mode: 'inline' },
  'ava, processes': { tool: 'ava', args: ['--no-worker-threads'], suite: 'ava.js', mode: 'fork' },
  'jest 29': { tool: 'jest-29', args: ['--config', 'jest.config.json'], suite: 'jest.js', mode: 'fork' },
  'jest 30': { tool: 'jest-30', args: ['--config', 'jest.config.json'], suite: 'jest.js', mode: 'fork' },
  'vitest 3, forks': { tool: 'vitest-3', args: ['run', '--pool', 'forks'], suite: 'vitest.mjs', mode: 'fork' },
  'vitest 3, threads': { tool: 'vitest-3', args: ['run', '--pool', 'threads'], suite: 'vitest.mjs', mode: 'inline' },
  'vitest 4, forks': { tool: 'vitest-4', args: ['run', '--pool', 'forks'], suite: 'vitest.mjs', mode: 'fork' },
  'vitest 4, threads': { tool: 'vitest-4', args: ['run', '--pool', 'threads'], suite: 'vitest.mjs', mode: 'inline' },
};
const LIMIT_MS = 300_000;
// The variables of modules that Vitest has compiled have no names in a snapshot.
const REPORT = [
  /LEAK {2}`Session` \+1\.00 per iteration/,
  /▶ (sessions|\[\]) +Array/,
  /the object was not collected: Session is kept by/,
  /get\('ada'\) → Session/,
];

// As npm would install it: what is in node_modules is neither transformed by Jest nor bundled by Vitest.
function installLeakguard() {
  const target = join(__dirname, 'node_modules', 'leakguard');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const name of ['package.json', 'index.js', 'index.d.ts', 'lib', 'types']) cpSync(join(ROOT, name), join(target, name), { recursive: true });
}

// The file that a package's command runs.
function command(tool) {
  const folder = join(__dirname, 'node_modules', tool);
  const { bin, name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[name]);
}

function run({ tool, args, suite }, health) {
  const file = `suites/${health}.${suite}`;
  const script = tool === undefined ? [] : [command(tool)];
  const env = { ...process.env, CI: '1', NO_COLOR: '1', FORCE_COLOR: '0' };
  delete env.NODE_TEST_CONTEXT;
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [...script, ...args, file], { cwd: __dirname, env, encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 2 ** 28 });
  return { status, text: stripVTControlCharacters(`${stdout}\n${stderr}${error ? error.message : ''}`) };
}

function check(name, runner) {
  const healthy = run(runner, 'healthy');
  if (healthy.status !== 0) return `the healthy suite fails:\n${healthy.text}`;
  // A suite must not pass because no test was found.
  if (!/\b2 (tests? )?pass|pass(ing|ed)?:? +2\b|Tests: +2 passed|2 passed/.test(healthy.text)) return `the healthy suite did not run two tests:\n${healthy.text}`;
  const leaking = run(runner, 'leaking');
  if (leaking.status === 0) return `the leaking suite passes:\n${leaking.text}`;
  const wanted = [...REPORT, new RegExp(`captures \\(${runner.mode}\\)`)];
  const absent = wanted.filter((pattern) => !pattern.test(leaking.text));
  return absent.length === 0 ? null : `the leaking suite does not say ${absent.join(', ')}:\n${leaking.text}`;
}

ensureBuilt();
if (!packagesCurrent(__dirname) || !existsSync(join(__dirname, 'node_modules'))) {
  step('install the test runners', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: __dirname });
}
installLeakguard();
const wanted = process.argv.slice(2);
for (const [name, runner] of Object.entries(RUNNERS)) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const started = Date.now();
  const problem = check(name, runner);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${problem === null ? 'ok  ' : 'FAIL'} ${name.padEnd(18)} ${seconds} s\n${problem ?? ''}`);
  if (problem !== null) process.exitCode = 1;
}
