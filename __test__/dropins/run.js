'use strict';

// `npm run test:dropins`: the tests and README examples of the packages that the drop-ins stand in for, with only
// their require() redirected, on every Node that leakguard runs on. The packages are fetched into .cache/dropins.
//
// usage: node __test__/dropins/run.js [package…]

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { VERSIONS, nodeBinary } = require('../../scripts/node-versions.js');
const { ROOT } = require('../../scripts/step.js');
const { examples } = require('./readme.js');
const packages = require('./packages.js');

const CACHE = path.join(ROOT, '.cache', 'dropins');
const REDIRECT = path.join(__dirname, 'redirect.js');
const TIMEOUT_MS = 300_000;
// An example prints a whole snapshot.
const MAX_OUTPUT = 1 << 30;

function npm(args, cwd) {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

/** The unpacked tarball, with the tools its tests use beside it; nothing of it is built. */
function fetched({ name, version, tools = [] }) {
  fs.mkdirSync(CACHE, { recursive: true });
  // Modules are known by their real paths.
  const home = path.join(fs.realpathSync(CACHE), `${name.replace(/\W+/g, '-')}-${version}`);
  const folder = path.join(home, 'package');
  if (fs.existsSync(path.join(home, 'ready'))) return folder;
  fs.rmSync(home, { recursive: true, force: true });
  fs.mkdirSync(home, { recursive: true });
  const [{ filename }] = JSON.parse(npm(['pack', '--json', `${name}@${version}`], home));
  const { status } = spawnSync('tar', ['-xzf', filename], { cwd: home });
  if (status !== 0) throw new Error(`cannot unpack ${filename}`);
  if (tools.length > 0) {
    fs.writeFileSync(path.join(home, 'package.json'), '{ "private": true }\n');
    npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', ...tools], home);
  }
  fs.writeFileSync(path.join(home, 'ready'), '');
  return folder;
}

/** Commands to run: each a label and arguments for node. */
function commands(wanted, folder) {
  const { replace, runs = [], readme } = wanted;
  if (replace !== undefined) fs.writeFileSync(path.join(folder, replace), `module.exports = require(${JSON.stringify(ROOT)} + '/lib/dropins/${path.basename(wanted.ours)}.js');\n`);
  const list = runs.map(({ tool, args = [], tests }) => {
    const runner = tool === undefined ? [] : [path.join(folder, '..', 'node_modules', tool)];
    return { label: tests.join(' '), args: [...runner, ...args, ...tests] };
  });
  if (readme === undefined) return list;
  return [...list, ...examples(path.join(folder, readme)).map(({ line, file }) => ({ label: `${readme}:${line}`, args: [file] }))];
}

let failures = 0;
const names = process.argv.slice(2);
const chosen = packages.filter(({ name }) => names.length === 0 || names.includes(name));
for (const wanted of chosen) {
  const folder = fetched(wanted);
  for (const major of Object.keys(VERSIONS)) {
    for (const { label, args } of commands(wanted, folder)) {
      const env = { ...process.env, LEAKGUARD_DROPIN_FOLDER: folder, LEAKGUARD_DROPIN_NAME: wanted.name, LEAKGUARD_DROPIN: wanted.ours };
      const node = nodeBinary(major);
      const options = { cwd: folder, env, encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT, stdio: ['ignore', 'pipe', 'pipe'] };
      const { status, signal, stdout, stderr } = spawnSync(node, ['--require', REDIRECT, ...args], options);
      const ok = status === 0 && !/^not ok/m.test(stdout);
      console.log(`${ok ? 'ok    ' : 'FAILED'} Node ${VERSIONS[major]}  ${wanted.name}@${wanted.version}  ${label}`);
      if (ok) continue;
      failures += 1;
      console.log(`exit code ${status}, signal ${signal}\n${stdout.slice(-3000)}\n${stderr.slice(-3000)}`);
    }
  }
}
process.exitCode = failures === 0 && chosen.length > 0 ? 0 : 1;
