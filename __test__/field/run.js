'use strict';

// `npm run test:field`: the parts that meet the world, against implementations that are not ours, and the whole
// way from a leak to its summary, which takes minutes of real time. Installs what it needs: Prometheus from
// Debian, OpenTelemetry's messages from PyPI.
//
// usage: node __test__/field/run.js [spec…], such as `otlp`; without names, all of them

const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync } = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..', '..');
const PYTHON = path.join(ROOT, '.cache', 'field-python');

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (error !== undefined || status !== 0) {
    console.error(`${command} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}`);
    process.exit(1);
  }
}

if (spawnSync('prometheus', ['--version']).status !== 0) {
  run('apt-get', ['update', '-q']);
  run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'prometheus']);
}
if (!existsSync(path.join(PYTHON, 'opentelemetry', 'proto'))) {
  run('python3', ['-m', 'pip', 'install', '--quiet', '--target', PYTHON, 'opentelemetry-proto>=1.30']);
}
if (!existsSync(path.join(PYTHON, 'jsonschema'))) {
  run('python3', ['-m', 'pip', 'install', '--quiet', '--target', PYTHON, 'jsonschema>=4.20']);
}
const wanted = process.argv.slice(2);
const specs = readdirSync(__dirname)
  .filter((file) => file.endsWith('.spec.js') && (wanted.length === 0 || wanted.includes(path.basename(file, '.spec.js'))))
  .map((file) => path.join(__dirname, file));
run(process.execPath, ['--test', ...specs], { env: { ...process.env, PYTHONPATH: PYTHON } });
