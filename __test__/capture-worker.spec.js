'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { after, before, test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { gunzipSync } = require('node:zlib');

const native = require('../lib/addon.js');
const { captureWorker } = require('../lib/capture/worker.js');
const { start } = require('../lib/guard.js');

let directory;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'leakguard-worker-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

test('the isolate of a worker is captured from outside', async () => {
  const worker = new Worker(
    `class OnlyInTheWorker {}
     globalThis.kept = Array.from({ length: 77 }, () => new OnlyInTheWorker());
     setInterval(() => {}, 1000);
     require('node:worker_threads').parentPort.postMessage('ready');`,
    { eval: true },
  );
  await once(worker, 'message');
  const file = join(directory, 'worker.heapsnapshot.gz');
  const captured = await captureWorker(worker.threadId, { file });
  assert.equal(captured.mode, 'worker');
  assert.equal(captured.threadId, worker.threadId);
  const text = gunzipSync(readFileSync(file)).toString();
  assert.equal(Buffer.byteLength(text), captured.bytes);
  assert.ok(JSON.parse(text).strings.includes('OnlyInTheWorker'));
  const { threadId } = worker;
  await worker.terminate();
  await assert.rejects(captureWorker(threadId), { code: 'LG_ARGUMENT', message: /there is no worker thread/ });
});

test('a worker that is terminated during its capture harms nobody', async () => {
  const code = `globalThis.kept = Array.from({ length: 50_000 }, (_, i) => ({ i }));
    setInterval(() => {}, 1000);
    require('node:worker_threads').parentPort.postMessage('ready');`;
  for (let round = 0; round < 4; round++) {
    const file = join(directory, `ended-${round}.heapsnapshot.gz`);
    const worker = new Worker(code, { eval: true });
    await once(worker, 'message');
    let ended;
    const open = (...options) => {
      // In the midst of it, at one moment or another.
      ended = sleep(round * 50).then(() => worker.terminate());
      return native.openInlineCapture(...options);
    };
    const error = await captureWorker(worker.threadId, { file, open }).then(() => null, (reason) => reason);
    // It may have been faster.
    assert.ok(error === null || error.code === 'LG_CAPTURE_FAILED', error?.stack);
    assert.equal(existsSync(file), error === null);
    await ended;
  }
});

test('a worker that does not answer is given up', { skip: process.platform === 'win32' && 'needs a shell' }, async () => {
  const begun = join(directory, 'begun');
  const worker = new Worker(`require('node:child_process').execSync('touch ${begun}; sleep 2')`, { eval: true });
  while (!existsSync(begun)) await sleep(5);
  await assert.rejects(captureWorker(worker.threadId, { answerWithinMs: 100 }), { code: 'LG_CAPTURE_TIMEOUT', message: /within 0\.1 s/ });
  await worker.terminate();
});

test('a guard captures one worker by its id, or all, and compares each with itself', async () => {
  const guard = start({ snapshotDir: directory, signal: false, monitor: false });
  const workers = ['WorkerA', 'WorkerB'].map((name) => {
    const code = `class ${name} {}
      const kept = [];
      const { parentPort } = require('node:worker_threads');
      parentPort.on('message', () => {
        for (let i = 0; i < 5000; i++) kept.push(new ${name}());
        parentPort.postMessage('kept');
      });`;
    return new Worker(code, { eval: true });
  });
  const grow = (worker) => {
    worker.postMessage('grow');
    return once(worker, 'message');
  };
  await Promise.all(workers.map(grow));
  const [a, b] = workers.map(({ threadId }) => threadId);
  assert.equal(guard.report(a), null);
  for (let round = 0; round < 3; round++) {
    const both = guard.snapshot({ mode: 'worker', label: `round ${round}` });
    await assert.rejects(guard.snapshot({ mode: 'worker', threadId: a }), { code: 'LG_CAPTURE_BUSY' });
    const taken = await both;
    assert.deepEqual(taken.map(({ threadId, mode }) => [threadId, mode]), [[a, 'worker'], [b, 'worker']]);
    assert.match(taken[1].id, new RegExp(`-t${b}-round_${round}$`));
    assert.ok(taken[0].stallMs > 0 && taken[0].nodeCount > 5000);
    await grow(workers[0]);
  }
  const one = await guard.snapshot({ mode: 'worker', threadId: a });
  assert.equal(one.threadId, a);
  assert.equal(guard.report(a).verdict, 'leak', guard.report(a).reason);
  assert.match(guard.report(a).suspects[0].sentence, /WorkerA/);
  assert.equal(guard.report(b).rounds.length, 3);
  assert.notEqual(guard.report(b).verdict, 'leak', guard.report(b).reason);
  assert.equal(guard.report(), null, 'the main thread was not captured');
  await Promise.all(workers.map((worker) => worker.terminate()));
  await assert.rejects(guard.snapshot({ mode: 'worker', threadId: a }), { code: 'LG_ARGUMENT', message: /there is no worker thread/ });
  await assert.rejects(guard.snapshot({ mode: 'magic' }), { code: 'LG_ARGUMENT' });
  assert.deepEqual(await guard.snapshot({ mode: 'worker' }), []);
  assert.equal(guard.report(a), null, 'what ended is forgotten');
  await guard.stop();
});
