'use strict';

// Runs one command with a heading, and ends the script when it fails.

const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');

/**
 * Runs `command args…` in the repository's root with its output shown; `node` is this very Node. Any exit code
 * but `expected` is a failure.
 */
function step(title, command, args, { env = {}, cwd = ROOT, expected = 0 } = {}) {
  const started = Date.now();
  process.stdout.write(`\n── ${title}\n`);
  const windowsScript = process.platform === 'win32' && command === 'npm';
  const { status, signal, error } = spawnSync(command === 'node' ? process.execPath : command, args, {
    cwd,
    stdio: 'inherit',
    shell: windowsScript,
    env: { ...process.env, ...env },
  });
  if (status === expected) {
    process.stdout.write(`── ${title}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    return;
  }
  const why = error ? error.message : signal ? `ended by ${signal}` : `exit code ${status}`;
  process.stderr.write(`\n── ${title}: failed (${why}): ${command} ${args.join(' ')}\n`);
  process.exit(status || 1);
}

module.exports = { ROOT, step };
