'use strict';

// What goes wrong during a fork capture must end in an error that says so, and leave the app as it was: no
// child, no zombie, no file.

const assert = require('node:assert/strict');
const { existsSync, readdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const { isAlive, runApp, startApp } = require('./apps/fork-app.js');

const onLinux = (name, body) => {
  if (process.platform === 'linux') test(name, body);
};

// The child calls v8.writeHeapSnapshot by its name, so an app can put something else in its place.

onLinux('a child that hangs once is ended, and another one succeeds', async () => {
  const { said, files, errors } = await runApp(async () => {
    const real = v8.writeHeapSnapshot;
    v8.writeHeapSnapshot = (...args) => {
      const mark = `${directory}/hung`;
      if (fs.existsSync(mark)) return real(...args);
      fs.writeFileSync(mark, '');
      return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    };
    const captured = await outcome(captureFork({ file }));
    const children = fs.readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim();
    say({ ...captured, children });
  });
  assert.equal(said?.ok, true, said?.message ?? errors);
  assert.ok(said.forks >= 2, `${said.forks} forks`);
  assert.equal(said.children, '');
  assert.deepEqual(files.sort(), ['a.heapsnapshot.gz', 'hung']);
});

onLinux('children that always hang are given up in time', async () => {
  const { said, files } = await runApp(async () => {
    v8.writeHeapSnapshot = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    say(await outcome(captureFork({ file, timeoutMs: 2500 })));
  });
  assert.equal(said.code, 'LG_CAPTURE_TIMEOUT');
  assert.deepEqual(files, []);
});

onLinux('a child that is slow is left alone', async () => {
  const { said, errors } = await runApp(async () => {
    const real = v8.writeHeapSnapshot;
    v8.writeHeapSnapshot = (...args) => {
      fs.appendFileSync(`${directory}/begun`, 'x');
      // Longer than the watchdog's patience.
      for (const end = performance.now() + 1500; performance.now() < end; );
      fs.appendFileSync(`${directory}/computed`, 'x');
      return real(...args);
    };
    const end = await outcome(captureFork({ file }));
    const times = (name) => fs.readFileSync(`${directory}/${name}`, 'utf8').length;
    say({ ...end, begun: times('begun'), computed: times('computed') });
  });
  assert.equal(said?.ok, true, said?.message ?? errors);
  assert.equal(said.computed, said.begun, 'none was ended while it computed');
});

onLinux('a failure inside the child arrives with its words', async () => {
  const { said, files } = await runApp(async () => {
    v8.writeHeapSnapshot = () => {
      throw new Error('no snapshot today');
    };
    say(await outcome(captureFork({ file })));
  });
  assert.equal(said.code, 'LG_CAPTURE_FAILED');
  assert.match(said.message, /no snapshot today/);
  assert.deepEqual(files, []);
});

onLinux('a child that crashes is tried once more, then reported', async () => {
  const { said, files } = await runApp(async () => {
    v8.writeHeapSnapshot = () => {
      fs.appendFileSync(`${directory}/tries`, 'x');
      process.abort();
    };
    const end = await outcome(captureFork());
    say({ ...end, tries: fs.readFileSync(`${directory}/tries`, 'utf8').length });
  });
  assert.equal(said.code, 'LG_CAPTURE_FAILED');
  assert.match(said.message, /signal 6/);
  assert.equal(said.tries, 2);
  assert.deepEqual(files, ['tries']);
});

onLinux('a child that ends without a word is reported, and no child runs the app\'s exit handlers', async () => {
  const { said, all } = await runApp(async () => {
    process.on('exit', () => say({ exit: process.pid }));
    say({ pid: process.pid });
    await captureFork();
    const real = v8.writeHeapSnapshot;
    // process.pid is the app's, here too.
    v8.writeHeapSnapshot = () => process.kill(Number(fs.readlinkSync('/proc/self')), 'SIGTERM');
    const end = await outcome(captureFork());
    v8.writeHeapSnapshot = real;
    say(end);
  });
  const [{ pid }, end] = all;
  assert.equal(end.code, 'LG_CAPTURE_FAILED');
  assert.match(end.message, /signal 15/);
  assert.deepEqual(said, { exit: pid }, 'only the app itself ran its exit handler');
  assert.equal(all.length, 3);
});

onLinux('a child killed at any moment leaves an error and no file', async () => {
  const { said, files, errors } = await runApp(async () => {
    globalThis.kept = fill(50_000);
    const ends = [];
    for (let delay = 0; ends.length < 12; delay = (delay + 37) % 400) {
      const capture = outcome(captureFork({ file }));
      const child = await childOf();
      await sleep(delay);
      try {
        process.kill(child, 'SIGKILL');
      } catch {
        // It was faster.
      }
      ends.push(await capture);
      if (ends.at(-1).ok) fs.unlinkSync(file);
    }
    say({ ends, left: fs.readdirSync(directory), next: await outcome(captureFork()) });
  });
  assert.ok(said, errors);
  const failed = said.ends.filter(({ ok }) => !ok);
  assert.ok(failed.length > 0, 'some were hit');
  for (const { code, message } of failed) {
    assert.equal(code, 'LG_CAPTURE_FAILED');
    assert.match(message, /SIGKILL/);
  }
  assert.deepEqual(said.left, []);
  assert.equal(said.next.ok, true, 'the next capture works');
  assert.deepEqual(files, []);
});

onLinux('a file that may not grow is an error, not a death', async () => {
  const { said, code, files } = await runApp(
    async () => {
      globalThis.kept = fill(100_000);
      say(await outcome(captureFork({ file })));
    },
    // 100 blocks of 1024 bytes.
    { prefix: ['bash', '-c', 'ulimit -f 100; exec "$@"', 'bash'] },
  );
  assert.equal(code, 0);
  assert.equal(said.code, 'LG_WRITE', said.message);
  assert.deepEqual(files, []);
});

onLinux('a directory that vanishes during the capture is an error', async () => {
  const { said } = await runApp(async () => {
    const inner = `${directory}/inner`;
    const capture = outcome(captureFork({ file: `${inner}/a.heapsnapshot.gz` }));
    while (!fs.existsSync(inner)) await sleep(1);
    fs.rmSync(inner, { recursive: true });
    say(await capture);
  });
  assert.equal(said.code, 'LG_WRITE', said.message);
});

onLinux('a child that gets no more memory dies alone', async () => {
  const { said, code, errors } = await runApp(
    async () => {
      globalThis.kept = fill(300_000);
      // Room for the child's copy, but not for a snapshot of it.
      const data = Number(/VmData:\s+(\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]);
      const { execFileSync } = require('node:child_process');
      execFileSync('prlimit', ['--pid', process.pid, `--data=${(data + 60_000) * 1024}`]);
      const end = await outcome(captureFork({ file }));
      say({ ...end, alive: globalThis.kept.length });
    },
  );
  assert.equal(code, 0, errors);
  assert.equal(said.ok, false);
  assert.match(said.code, /^LG_CAPTURE_(FAILED|MEMORY)$/);
  assert.equal(said.alive, 300_000);
});

onLinux('an app that is killed takes its child along, and the next start sweeps', async () => {
  const app = startApp(async () => {
    globalThis.kept = fill(300_000);
    captureFork({ file });
    const child = await childOf();
    // The child has begun to write.
    while (fs.readdirSync(directory).length === 0) await sleep(1);
    say({ child });
    await sleep(60_000);
  });
  const { child } = await app.next();
  assert.ok(isAlive(child));
  app.child.kill('SIGKILL');
  await app.ended;
  for (let i = 0; i < 500 && isAlive(child); i++) await sleep(10);
  assert.equal(isAlive(child), false);
  const left = readdirSync(app.directory);
  assert.equal(left.length, 1);
  assert.match(left[0], /^\..*\.partial$/);
  const { Store } = require('../lib/capture/store.js');
  writeFileSync(join(app.directory, 'other'), '');
  await new Store(app.directory).tidy();
  assert.deepEqual(readdirSync(app.directory), ['other']);
  app.clean();
});

for (const [how, leave] of [
  ['process.exit()', 'process.exit(3);'],
  ['an uncaught exception', "setImmediate(() => { throw new Error('oh'); });"],
]) {
  onLinux(`${how} during a capture ends the app as ever, and the child with it`, async () => {
    const main = `async () => {
      globalThis.kept = fill(300_000);
      captureFork({ file });
      say({ child: await childOf() });
      ${leave}
    }`;
    const app = startApp(main);
    const { child } = await app.next();
    const { code } = await app.ended;
    assert.equal(code, how === 'process.exit()' ? 3 : 1);
    for (let i = 0; i < 500 && isAlive(child); i++) await sleep(10);
    assert.equal(isAlive(child), false);
    assert.equal(existsSync(join(app.directory, 'a.heapsnapshot.gz')), false);
    app.clean();
  });
}

onLinux('a capture goes on while the event loop is blocked', async () => {
  const { said, errors } = await runApp(async () => {
    const capture = outcome(captureFork({ file }));
    await childOf();
    for (const end = performance.now() + 3000; performance.now() < end; );
    say(await capture);
  });
  assert.equal(said?.ok, true, said?.message ?? errors);
});
