'use strict';

const assert = require('node:assert/strict');
const { execFile, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const ROOT = path.join(__dirname, '..');

// Runs a program with leakguard as `leakguard` in a process of its own and in an empty folder; resolves to
// what it printed, as JSON. It must end by itself.
function run(t, program, { args = [], env = {} } = {}) {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-guard-'));
  t.after(() => fs.rmSync(cwd, { recursive: true, maxRetries: 10 }));
  const file = path.join(cwd, 'app.js');
  fs.writeFileSync(file, `const leakguard = require(${JSON.stringify(ROOT)});\n(${program})(leakguard);\n`);
  const settings = {
    cwd,
    // At the lowest priority a forked child hardly runs on a machine whose processors are all taken.
    env: { ...process.env, LEAKGUARD_SNAPSHOT_DIR: path.join(cwd, 'snapshots'), LEAKGUARD_LOW_PRIORITY: 'false', ...env },
    timeout: 120_000,
  };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...args, file], settings, (error, stdout, stderr) => {
      if (error) return reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
      const lines = stdout.trim().split('\n').filter(Boolean);
      resolve({ cwd, stderr, output: lines.map((line) => JSON.parse(line)) });
    });
  });
}

test('a running guard keeps no process alive, and there is one per process', async (t) => {
  const { output } = await run(t, ({ start }) => {
    const guard = start({ everyMinutes: 1 });
    console.log(JSON.stringify([guard === start(), guard === start({ signal: false })]));
  });
  assert.deepEqual(output, [[true, true]]);
});

test('snapshot() says what was captured and keeps it for the owner only', async (t) => {
  const { cwd, output } = await run(t, async ({ start }) => {
    const guard = start();
    let told = 0;
    guard.on('snapshot', () => told++);
    const first = await guard.snapshot({ label: 'before lunch/éè' });
    await guard.snapshot();
    console.log(JSON.stringify({ first, told, stats: guard.stats(), report: guard.report() }));
  });
  const [{ first, told, stats, report }] = output;
  assert.equal(told, 2);
  assert.equal(first.label, 'before lunch/éè');
  assert.match(first.id, /^\d{4}-\d\d-\d\dT[\d-]+Z-\d+-before_lunch_/);
  assert.ok(first.nodeCount > 10_000);
  assert.ok(first.bytes > 1_000_000);
  assert.ok(first.stallMs > 0);
  assert.equal(first.file, path.join(cwd, 'snapshots', `${first.id}.heapsnapshot.gz`));
  assert.equal(fs.statSync(first.file).size, first.fileBytes);
  assert.equal(fs.readdirSync(path.dirname(first.file)).length, 2);
  if (process.platform !== 'win32') {
    assert.equal(fs.statSync(first.file).mode & 0o777, 0o600);
    assert.equal(fs.statSync(path.dirname(first.file)).mode & 0o777, 0o700);
  }
  assert.equal(typeof first.summary.reason, 'string');
  assert.deepEqual(stats.snapshots, { taken: 2, failed: 0 });
  assert.equal(report.rounds.length, 2);
  assert.equal(report.unit, 'snapshot');
});

test('kept snapshots: bounded in number, listed, compared, removed', async (t) => {
  const { output } = await run(t, async ({ start }) => {
    const guard = start({ keepCount: 2 });
    const taken = [];
    for (let i = 0; i < 3; i++) taken.push((await guard.snapshot()).id);
    const kept = (await guard.snapshots()).map(({ id }) => id);
    const { schema, classes } = await guard.compare();
    const missing = await guard.compare(taken[0], taken[1]).catch((error) => error.code);
    const removed = [await guard.remove(taken[2]), await guard.remove(taken[2])];
    const left = (await guard.snapshots()).map(({ id }) => id);
    const single = await guard.compare().catch((error) => error.code);
    console.log(JSON.stringify({ taken, kept, schema, rows: classes.length, missing, removed, left, single }));
  });
  const [{ taken, kept, schema, rows, ...others }] = output;
  assert.deepEqual(kept, [taken[2], taken[1]]);
  assert.equal(schema, 1);
  assert.ok(rows > 0);
  assert.deepEqual(others, { missing: 'LG_READ', removed: [true, false], left: [taken[1]], single: 'LG_ARGUMENT' });
});

test('without a directory no file is written', async (t) => {
  const { cwd, output } = await run(t, async ({ start }) => {
    const { file } = await start({ snapshotDir: false }).snapshot();
    console.log(JSON.stringify({ file }));
  });
  assert.deepEqual(output, [{ file: null }]);
  assert.deepEqual(fs.readdirSync(cwd), ['app.js']);
});

test('one capture at a time: others join it or are told', async (t) => {
  const { output } = await run(t, async ({ start }) => {
    const guard = start();
    const [a, b, busy] = await Promise.all([
      guard.snapshot({ label: 'one' }),
      guard.snapshot({ label: 'two' }),
      guard.snapshot({ join: false }).catch((error) => error.code),
    ]);
    const after = await guard.snapshot({ join: false });
    console.log(JSON.stringify({ joined: a === b, label: b.label, busy, after: after.label }));
  });
  assert.deepEqual(output, [{ joined: true, label: 'one', busy: 'LG_CAPTURE_BUSY', after: 'manual' }]);
});

test('stop() takes everything back; the next start() is a new guard', async (t) => {
  const { output } = await run(t, async ({ start }) => {
    const before = [process.listenerCount('SIGUSR2'), process.getActiveResourcesInfo().length];
    const guard = start({ everyMinutes: 1 });
    const listening = process.listenerCount('SIGUSR2');
    await guard.snapshot();
    const running = guard.snapshot();
    await guard.stop();
    await guard.stop();
    const after = [process.listenerCount('SIGUSR2'), process.getActiveResourcesInfo().length];
    const code = await guard.snapshot().catch((error) => error.code);
    const again = start();
    console.log(JSON.stringify({ before, listening, after, code, finished: (await running).label, fresh: again !== guard }));
  });
  const [{ before, listening, after, code, finished, fresh }] = output;
  assert.equal(listening, before[0] + 1);
  assert.deepEqual(after, before);
  assert.deepEqual({ code, finished, fresh }, { code: 'LG_GUARD_STOPPED', finished: 'manual', fresh: true });
});

test('the signal captures, next to a handler of the app; signal: false leaves it alone', async (t) => {
  const { output } = await run(t, async ({ start }) => {
    let own = 0;
    process.on('SIGUSR2', () => own++);
    const guard = start();
    const taken = new Promise((resolve) => guard.once('snapshot', resolve));
    process.kill(process.pid, 'SIGUSR2');
    const keep = setInterval(() => {}, 1000);
    const { label } = await taken;
    clearInterval(keep);
    console.log(JSON.stringify({ label, own }));
  });
  assert.deepEqual(output, [{ label: 'signal', own: 1 }]);
  const { output: alone } = await run(t, ({ start }) => {
    start({ signal: false });
    console.log(JSON.stringify(process.listenerCount('SIGUSR2')));
  });
  assert.deepEqual(alone, [0]);
});

test('near the heap limit it captures by itself, once', async (t) => {
  const program = async ({ start }) => {
    const { once } = require('node:events');
    const labels = [];
    const guard = start({ nearLimitPercent: 1, snapshotDir: false });
    guard.on('snapshot', ({ label }) => labels.push(label));
    const collecting = setInterval(gc, 20);
    await once(guard, 'snapshot');
    // The guard has seen these collections too.
    for (let i = 0; i < 5; i++) await once(guard, 'stats');
    clearInterval(collecting);
    const { taken, failed } = guard.stats().snapshots;
    console.log(JSON.stringify({ labels, taken, failed }));
  };
  const { output } = await run(t, program, { args: ['--expose-gc', '--max-old-space-size=100'] });
  assert.deepEqual(output, [{ labels: ['near-limit'], taken: 1, failed: 0 }]);
});

test('on a schedule it captures by itself, again and again', async (t) => {
  const program = async ({ start }) => {
    const { once } = require('node:events');
    const guard = start({ everyMinutes: 0.001, snapshotDir: false, monitor: false });
    const keep = setInterval(() => {}, 1000);
    const labels = [];
    for (let i = 0; i < 2; i++) labels.push((await once(guard, 'snapshot'))[0].label);
    clearInterval(keep);
    await guard.stop();
    console.log(JSON.stringify(labels));
  };
  const { output } = await run(t, program);
  assert.deepEqual(output, [['schedule', 'schedule']]);
});

test('stats after each major collection', async (t) => {
  const program = async ({ start }) => {
    const guard = start();
    const told = new Promise((resolve) => guard.once('stats', resolve));
    gc();
    const keep = setInterval(() => {}, 1000);
    console.log(JSON.stringify(await told));
    clearInterval(keep);
  };
  const { output } = await run(t, program, { args: ['--expose-gc'] });
  const [stats] = output;
  assert.ok(stats.gc.major.count >= 1);
  assert.ok(stats.gc.major.ms > 0);
  for (const name of ['heapUsed', 'heapTotal', 'heapLimit', 'external', 'arrayBuffers', 'rss']) {
    assert.ok(Number.isInteger(stats[name]), name);
  }
});

test('a capture that nobody awaits and that fails is an event, or a warning, never a crash', async (t) => {
  const program = async ({ start }) => {
    const fs = require('node:fs');
    fs.writeFileSync('occupied', 'a file where the directory should be');
    const guard = start({ snapshotDir: 'occupied' });
    const keep = setInterval(() => {}, 1000);
    const warned = new Promise((resolve) => process.once('warning', resolve));
    process.kill(process.pid, 'SIGUSR2');
    const { name, code } = await warned;
    const told = new Promise((resolve) => guard.once('error', resolve));
    process.kill(process.pid, 'SIGUSR2');
    const error = await told;
    clearInterval(keep);
    console.log(JSON.stringify({ name, code, told: error.code, failed: guard.stats().snapshots.failed }));
  };
  const { output } = await run(t, program);
  assert.deepEqual(output, [{ name: 'LeakguardWarning', code: 'LG_WRITE', told: 'LG_WRITE', failed: 2 }]);
});

test('leakguard/register starts it, by the environment, on the main thread only', async (t) => {
  const program = () => {
    const { Worker, isMainThread } = require('node:worker_threads');
    const count = process.listenerCount('SIGHUP');
    if (isMainThread) {
      const worker = new Worker(__filename);
      worker.on('message', (inWorker) => console.log(JSON.stringify({ count, inWorker })));
    } else {
      require('node:worker_threads').parentPort.postMessage(globalThis[Symbol.for('leakguard.guard')] === undefined);
    }
  };
  const args = ['--require', path.join(ROOT, 'lib', 'register.js')];
  const { output } = await run(t, program, { args, env: { LEAKGUARD_SIGNAL: 'SIGHUP' } });
  assert.deepEqual(output, [{ count: 1, inWorker: true }]);
});

test('a configuration that cannot be used is a warning and the app runs on', async (t) => {
  const args = ['--require', path.join(ROOT, 'lib', 'register.js')];
  const { output, stderr } = await run(t, () => console.log('"running"'), { args, env: { LEAKGUARD_MODE: 'magic' } });
  assert.deepEqual(output, ['running']);
  assert.match(stderr, /LG_ARGUMENT.*LEAKGUARD_MODE must be one of/);
});

test('leakguard run: the app gets its own arguments, signals and exit code, with the guard in it', async (t) => {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-run-'));
  t.after(() => fs.rmSync(cwd, { recursive: true, maxRetries: 10 }));
  const app = path.join(cwd, 'app.js');
  fs.writeFileSync(
    app,
    `process.on('SIGTERM', () => process.exit(7));
     setInterval(() => {}, 1000);
     const guarded = globalThis[Symbol.for('leakguard.guard')] !== undefined;
     process.stdout.write(JSON.stringify({ args: process.argv.slice(2), guarded }) + '\\n');`,
  );
  const child = spawn(process.execPath, [path.join(ROOT, 'bin', 'leakguard.js'), 'run', app, '--json', '--port', '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  assert.deepEqual(JSON.parse(line), { args: ['--json', '--port', '1'], guarded: true });
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [7, null]);
});
