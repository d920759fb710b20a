'use strict';

// Places that people can open: original sources, packages, code without a file; and who allocated what leaks.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');

const { compare, hunt } = require('..');

const TSC = require.resolve('typescript/bin/tsc');
const SHORT = { rounds: 3, iterations: 400, warmup: 50, coolDown: 0 };

let root;

before(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-where-')));
});

after(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

function write(files) {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}

// Without libraries, which take seconds to load. It finds errors then, and emits all the same.
function tsc(...options) {
  spawnSync(process.execPath, [TSC, '--target', 'es2022', '--noLib', ...options], { stdio: 'ignore' });
}

async function leak(module, options) {
  const { verdict, reason, suspects } = await hunt({ iterate: path.join(root, module), ...SHORT, ...options });
  assert.equal(verdict, 'leak', reason);
  return suspects[0];
}

// Of the functions that call one another, V8 shows those that it has not inlined.
function assertMadeBy({ allocatedAt }, places) {
  const { functionName, stack } = allocatedAt;
  assert.equal(place(allocatedAt.place), places[functionName]);
  assert.deepEqual(stack[0], { functionName, place: allocatedAt.place });
}

const place = ({ file, line }) => `${path.relative(root, file)}:${line}`;

test('TypeScript: every place is in the sources', async () => {
  write({
    'ts/src/registry.ts': `// Sessions that are opened
// and never closed.
export class Session {
  readonly opened: number = 1;
  constructor(readonly user: string, readonly list: string[]) {}
}

const sessions: Session[] = [];

export function open(user: string): Session {
  const session = new Session(user, new Array<string>(64).fill(user));
  sessions.push(session);
  return session;
}
`,
    'ts/src/app.ts': `import { open } from './registry.js';

export function iterate(i: number): void {
  open(String(i));
}
`,
  });
  tsc('--sourceMap', '--module', 'commonjs', '--outDir', path.join(root, 'ts/dist'), path.join(root, 'ts/src/app.ts'));

  const keep = path.join(root, 'kept');
  const suspect = await leak('ts/dist/app.js', { keep });
  assert.equal(suspect.className, 'Session', suspect.sentence);
  assert.equal(place(suspect.definedAt), 'ts/src/registry.ts:5');
  assert.equal(path.relative(root, suspect.definedAt.generated.file), 'ts/dist/registry.js');
  assert.match(suspect.sentence, /in array `sessions` of src\/registry\.ts$/);
  assert.equal(place(suspect.growsAt.place), 'ts/src/registry.ts:8');
  const open = suspect.path.find(({ name }) => name === 'open()');
  assert.equal(place(open.location), 'ts/src/registry.ts:10');
  assertMadeBy(suspect, { open: 'ts/src/registry.ts:10', iterate: 'ts/src/app.ts:3' });

  const kept = fs.readdirSync(keep).sort().map((name) => path.join(keep, name));
  const { suspects } = await compare(kept);
  assert.deepEqual(suspects[0].growsAt.place, suspect.growsAt.place, 'kept snapshots know their scripts');
});

test('a bundle: what is of several files is told apart', async () => {
  write({
    'bundle/a.ts': 'const kept: unknown[] = [];\n\n\nclass Thing {\n  constructor(readonly n: number) {}\n}\n',
    'bundle/b.ts': 'declare const module: any;\nmodule.exports.iterate = (i: number) => {\n  kept.push(new Thing(i));\n};\nmodule.exports.count = () => new Thing(kept.length);\n',
  });
  const files = ['a.ts', 'b.ts'].map((name) => path.join(root, 'bundle', name));
  tsc('--inlineSourceMap', '--module', 'none', '--outFile', path.join(root, 'bundle/all.js'), ...files);

  const suspect = await leak('bundle/all.js');
  assert.equal(place(suspect.definedAt), 'bundle/a.ts:5');
  assert.match(suspect.sentence, /in array `kept` of bundle\/a\.ts$/);
  assert.equal(place(suspect.growsAt.place), 'bundle/a.ts:1');
});

test('a package: its name and version', async () => {
  write({
    'app/node_modules/@scope/keeper/package.json': '{ "name": "@scope/keeper", "version": "1.2.3", "main": "lib/keep.js" }',
    'app/node_modules/@scope/keeper/lib/package.json': '{ "type": "commonjs" }',
    'app/node_modules/@scope/keeper/lib/keep.js':
      'class Entry {\n  constructor(n) {\n    this.n = n;\n    this.more = new Array(64).fill(n);\n  }\n}\nconst entries = [];\nexports.keep = function keep(n) {\n  entries.push(new Entry(n));\n};\n',
    'app/index.js': "const { keep } = require('@scope/keeper');\nexports.iterate = function iterate(i) {\n  keep(i);\n};\n",
  });
  const suspect = await leak('app/index.js');
  const keeper = { name: '@scope/keeper', version: '1.2.3' };
  assert.deepEqual(suspect.definedAt.package, keeper);
  assert.deepEqual(suspect.growsAt.place.package, keeper);
  assert.equal(place(suspect.growsAt.place), 'app/node_modules/@scope/keeper/lib/keep.js:7');
  assert.match(suspect.sentence, /in array `entries` of @scope\/keeper\/lib\/keep\.js$/);
  const inPackage = 'app/node_modules/@scope/keeper/lib/keep.js';
  assertMadeBy(suspect, { Entry: `${inPackage}:2`, keep: `${inPackage}:8`, iterate: 'app/index.js:2' });

  fs.renameSync(path.join(root, 'app'), path.join(root, 'elsewhere'));
  write({ 'elsewhere/node_modules/@scope/keeper/package.json': '{ "name": "@scope/keeper", "version": "2.0.0", "main": "lib/keep.js" }' });
  const moved = await leak('elsewhere/index.js', { allocationSites: false });
  assert.equal(moved.definedAt.package.version, '2.0.0');
  assert.equal(moved.fingerprint, suspect.fingerprint);
  assert.equal(moved.allocatedAt, undefined);
});

test('modules, node:vm and eval: closures say where they are', async () => {
  write({
    'kinds.mjs': `import vm from 'node:vm';
const named = vm.runInThisContext('(function(n) { return () => n; })');
const file = vm.runInThisContext('\\n\\n(function(n) { return () => n; })', { filename: '/srv/rules.js' });
const evaluated = new Function('n', 'return () => n;');
const list1 = [], list2 = [], list3 = [], list4 = [];
export function iterate(i) {
  list1.push(named(i));
  list2.push(file(i));
  list3.push(evaluated(i));
  list4.push(() => i);
}
`,
  });
  const { suspects } = await hunt({ iterate: path.join(root, 'kinds.mjs'), ...SHORT });
  const names = suspects.flatMap(({ path: hops }) => hops.filter(({ role }) => role === 'leaked').map(({ name }) => name));
  const expected = [/^anonymous at evalmachine:1$/, /^anonymous at srv\/rules\.js:3$/, /^anonymous at eval'd code:\d$/, /^anonymous at .*kinds\.mjs:10$/];
  for (const pattern of expected) assert.ok(names.some((name) => pattern.test(name)), `${pattern}: ${names.join(', ')}`);
});
