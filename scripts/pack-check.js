'use strict';

// Packs the main package and the one of this platform, installs both into an empty folder as a user would –
// without Rust and without install scripts – and uses them on every supported Node: `require`, ES imports, the
// types, `npx leakguard`. Needs a built addon.

const { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { spawnSync } = require('node:child_process');
const { tmpdir } = require('node:os');
const { delimiter, dirname, join } = require('node:path');
const { isDeepStrictEqual } = require('node:util');
const { ROOT, step } = require('./step.js');
const { VERSIONS, nodeBinary } = require('./node-versions.js');

/** The platform package that holds the binary in lib/, such as `linux-x64-gnu`. */
function platform() {
  const binary = readdirSync(join(ROOT, 'lib')).find((file) => file.endsWith('.node'));
  if (binary === undefined) throw new Error('lib/ holds no binary: run npm run build');
  return binary.split('.')[1];
}

/** Packs the package in `folder` into `to`; the tarball's path and the files in it. */
function pack(folder, to) {
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', to], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm pack: ${stderr}`);
  // An array of packages, or, by newer npm, an object of them by name.
  const [{ filename, files }] = Object.values(JSON.parse(stdout));
  return { tarball: join(to, filename), files: files.map((file) => file.path) };
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

function packBoth(folder) {
  const name = platform();
  const staged = join(folder, name);
  cpSync(join(ROOT, 'npm', name), staged, { recursive: true });
  cpSync(join(ROOT, 'lib', `leakguard.${name}.node`), join(staged, `leakguard.${name}.node`));
  const main = pack(ROOT, folder);
  const binary = pack(staged, folder);
  expect(!main.files.some((file) => /\.node$|^(src|target|__test__|scripts)\//.test(file)), `the main package holds what it should not: ${main.files}`);
  expect(main.files.includes('index.d.ts') && main.files.includes('lib/native.js'), 'the main package lacks files');
  expect(main.files.includes('dashboard/dist/index.html'), 'the main package lacks the dashboard: run npm run build:dashboard');
  expect(!main.files.some((file) => /^dashboard\/(?!dist\/)/.test(file)), 'the main package holds sources of the dashboard');
  expect(binary.files.includes(`leakguard.${name}.node`), 'the platform package lacks its binary');
  return [main.tarball, binary.tarball];
}

/**
 * Rehearses `prepublishOnly` on a copy, without publishing: the main package must then ask for every platform's
 * package, at its own version, and no package may run anything when it is installed. Empty files stand in
 * for the binaries, each of which is built on its platform.
 */
function rehearse(folder) {
  const copy = join(folder, 'release');
  for (const part of ['package.json', 'index.js', 'index.d.ts', 'npm']) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  const platforms = readdirSync(join(copy, 'npm'));
  for (const name of platforms) writeFileSync(join(copy, 'npm', name, `leakguard.${name}.node`), '');
  const cli = join(ROOT, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js');
  step('rehearse prepublishOnly', 'node', [cli, 'pre-publish', '--tag-style', 'npm', '--no-gh-release', '--skip-optional-publish'], { cwd: copy });
  const { version, optionalDependencies, ...main } = manifest(copy);
  const expected = Object.fromEntries(platforms.sort().map((name) => [`leakguard-${name}`, version]));
  expect(isDeepStrictEqual(Object.fromEntries(Object.entries(optionalDependencies).sort()), expected), `the main package asks for ${JSON.stringify(optionalDependencies)}`);
  for (const { name, scripts = {} } of [{ name: 'leakguard', ...main }, ...platforms.map((name) => manifest(join(copy, 'npm', name)))]) {
    const found = ['preinstall', 'install', 'postinstall', 'prepare'].filter((script) => script in scripts);
    expect(found.length === 0, `${name} has install scripts: ${found}`);
  }
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

const USE = `
  const v8 = require('node:v8');
  const { analyze, version } = require('leakguard');
  v8.writeHeapSnapshot('heap.heapsnapshot');
  analyze('heap.heapsnapshot').then(({ nodeCount }) => {
    if (!(nodeCount > 1000)) throw new Error('analyze found ' + nodeCount + ' nodes');
    console.log('leakguard', version, 'on Node', process.version, 'found', nodeCount, 'objects');
  });`;

const IMPORT = `
  import leakguard, { analyze, hunt } from 'leakguard';
  if (leakguard.analyze !== analyze || typeof hunt !== 'function') throw new Error('named imports differ');`;

const TYPES = `
  import { analyze, compare, hunt } from 'leakguard';
  export const verdict: Promise<'leak' | 'healthy' | 'backlog' | 'inconclusive'> = compare(['a', 'b']).then((r) => r.verdict);
  export const names: Promise<string[]> = analyze('a').then((summary) => summary.classes.map((row) => row.name));
  export { hunt };`;

function main() {
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-pack-'));
  try {
    const app = join(folder, 'app');
    mkdirSync(app);
    rehearse(folder);
    const tarballs = packBoth(folder);
    writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true }\n');
    writeFileSync(join(app, 'use.cjs'), USE);
    writeFileSync(join(app, 'import.mjs'), IMPORT);
    writeFileSync(join(app, 'types.mts'), TYPES);
    step('install the packed packages', 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs], { cwd: app });
    // Node's folder and the system's: no Rust.
    const system = process.platform === 'win32' ? process.env.PATH : ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);
    for (const major of Object.keys(VERSIONS)) {
      const node = nodeBinary(major);
      const env = { PATH: [dirname(node), system].join(delimiter) };
      step(`require on Node ${VERSIONS[major]}`, node, ['use.cjs'], { cwd: app, env });
      step(`import on Node ${VERSIONS[major]}`, node, ['import.mjs'], { cwd: app, env });
      step(`npx leakguard on Node ${VERSIONS[major]}`, 'npx', ['--no-install', 'leakguard', 'analyze', 'heap.heapsnapshot', '--top', '3'], { cwd: app, env });
    }
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const types = join(ROOT, 'node_modules', '@types');
    step('types of the packed package', 'node', [tsc, '--noEmit', '--strict', '--module', 'node16', '--moduleResolution', 'node16', '--target', 'es2022', '--typeRoots', types, '--types', 'node', 'types.mts'], { cwd: app });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
