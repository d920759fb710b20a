'use strict';

// Where a process may do less than usual: as PID 1 it still forks; without /proc it is captured inline, and says so.
// (A filter of system calls that forbids forks: src/sys/fork.rs.)

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { test } = require('node:test');

const { runApp } = require('./apps/fork-app.js');

const AS_PID_1 = ['unshare', '--pid', '--fork', '--mount-proc', '--'];
const WITHOUT_PROC = ['unshare', '--mount', '--', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'];

/** Whether, and if not why, this machine lets us start a process so. */
function forbidden([command, ...args]) {
  if (process.platform !== 'linux') return 'Linux only';
  const { status, error, stderr } = spawnSync(command, [...args, 'true'], { encoding: 'utf8' });
  return status === 0 ? false : `not permitted here: ${(error?.message ?? stderr).trim()}`;
}

test('as PID 1, as in most containers', { skip: forbidden(AS_PID_1) }, async () => {
  const { said, errors } = await runApp(
    async () => say({ pid: process.pid, children: fs.readFileSync('/proc/self/task/1/children', 'utf8'), ...(await outcome(captureFork())) }),
    { prefix: AS_PID_1 },
  );
  assert.equal(said?.ok, true, said?.message ?? errors);
  assert.equal(said.pid, 1);
  assert.equal(said.children, '');
});

test('without /proc, inline and with the reason', { skip: forbidden(WITHOUT_PROC) }, async () => {
  const { said, errors } = await runApp(
    async () => {
      const { start } = require(process.env.GUARD_JS);
      const guard = start({ snapshotDir: directory, signal: false });
      const taken = await outcome(guard.snapshot());
      const refused = await outcome(guard.snapshot({ mode: 'fork' }));
      say({ taken, refused, stats: guard.stats() });
      await guard.stop();
    },
    { prefix: WITHOUT_PROC, env: { GUARD_JS: require.resolve('../lib/guard.js') } },
  );
  assert.equal(said?.taken.ok, true, said?.taken.message ?? errors);
  assert.equal(said.taken.mode, 'inline');
  assert.match(said.taken.fallbackReason, /\/proc\/self\/maps is not available/);
  assert.ok(said.taken.nodeCount > 10_000);
  assert.equal(said.refused.code, 'LG_CAPTURE_UNSUPPORTED');
  assert.ok(said.stats.heapUsed > 0);
});
