'use strict';

const { spawn } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');

const { LeakguardError } = require('../errors.js');

const REGISTER = path.join(__dirname, '..', 'register.js');

module.exports = {
  name: 'run',
  arguments: '<app> [args...]',
  description: 'Run an app with the guard in it, and say where to look at it.',
  options: [
    { flags: '--node-arg <arg>', description: 'argument for node itself; may be given more than once', parse: collect },
  ],
  help: `
The admin server is on (LEAKGUARD_ADMIN=off turns it off); its address is the first line on stderr, as JSON with --json.
Memory that grows steeply is looked into within the first minute (LEAKGUARD_EAGER=off waits for the monitor's verdict).
The guard is configured by LEAKGUARD_* variables or leakguard.config.json. The app has the terminal, signals reach it, and
its exit code is the one of this command. The same without this command:
LEAKGUARD_ADMIN=true node --require leakguard/register app.js`,
  passThrough: true,
  run,
};

function collect(value, previous = []) {
  return [...previous, value];
}

// The address must be in the app's own hands: workers that it starts have theirs.
function environment({ json }) {
  const env = { LEAKGUARD_ADMIN: 'true', LEAKGUARD_EAGER: 'true', ...process.env };
  return json ? { ...env, LEAKGUARD_ANNOUNCE: 'json' } : env;
}

// Resolves to the app's own exit code.
function run({ args: [app, appArgs = []], options, signal }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(options.nodeArg ?? []), '--require', REGISTER, app, ...appArgs], {
      stdio: 'inherit',
      env: environment(options),
    });
    const forward = ['SIGTERM', 'SIGHUP', 'SIGUSR2'].map((name) => [name, () => child.kill(name)]);
    for (const [name, handler] of forward) process.on(name, handler);
    // On a terminal, Ctrl-C has reached the app by itself.
    const abort = () => process.stdin.isTTY || child.kill('SIGINT');
    signal?.addEventListener('abort', abort, { once: true });
    const end = () => {
      for (const [name, handler] of forward) process.removeListener(name, handler);
      signal?.removeEventListener('abort', abort);
    };
    child.once('error', (cause) => {
      end();
      reject(new LeakguardError('LG_USAGE', `cannot start ${app}: ${cause.message}`, { cause }));
    });
    child.once('exit', (code, name) => {
      end();
      resolve(code ?? 128 + os.constants.signals[name]);
    });
  });
}
