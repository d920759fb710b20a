'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const { gunzipSync } = require('node:zlib');

const { captureWorker } = require('../lib/capture/worker.js');

test('the isolate of a worker is captured from outside', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'leakguard-worker-'));
  const worker = new Worker(
    `class OnlyInTheWorker {}
     globalThis.kept = Array.from({ length: 77 }, () => new OnlyInTheWorker());
     setInterval(() => {}, 1000);
     require('node:worker_threads').parentPort.postMessage('ready');`,
    { eval: true },
  );
  await once(worker, 'message');
  const file = join(directory, 'worker.heapsnapshot.gz');
  const captured = await captureWorker(worker, { file });
  assert.equal(captured.mode, 'worker');
  assert.equal(captured.threadId, worker.threadId);
  const text = gunzipSync(readFileSync(file)).toString();
  assert.equal(Buffer.byteLength(text), captured.bytes);
  assert.ok(JSON.parse(text).strings.includes('OnlyInTheWorker'));
  await worker.terminate();
  await assert.rejects(captureWorker(worker), { code: 'LG_CAPTURE_FAILED' });
  rmSync(directory, { recursive: true, force: true });
});
