'use strict';

// `node --require leakguard/register app.js`: the guard starts before the app, configured by LEAKGUARD_*
// variables or leakguard.config.json. Under `leakguard hunt` the same file lets the controller in.
const { isMainThread } = require('node:worker_threads');

// Preloads run in every worker thread too; the process has one guard, on the main thread.
if (isMainThread) {
  const fd = process.env.LEAKGUARD_HUNT_FD;
  if (fd === undefined) startGuard();
  else require('./hunt/agent.js').attach(Number(fd));
}

// A guard that cannot start is no reason for the app not to.
function startGuard() {
  try {
    announce(require('./guard.js').start().address());
  } catch (error) {
    const { describe } = require('./errors.js');
    process.emitWarning(`the guard did not start: ${describe(error)}`, { type: 'LeakguardWarning', code: error.code });
  }
}

// On stderr, because stdout is the app's. LEAKGUARD_ANNOUNCE=json: for programs to read.
function announce(address) {
  if (address === null) return;
  const { pid, env } = process;
  const where = address.url ?? address.socket;
  const line = env.LEAKGUARD_ANNOUNCE === 'json' ? JSON.stringify({ leakguard: { pid, ...address } }) : `leakguard: process ${pid} is at ${where}`;
  process.stderr.write(`${line}\n`);
}
