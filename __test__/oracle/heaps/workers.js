'use strict';

// Worker threads: the main isolate with live workers, messages in flight and shared memory (snapshots a and b),
// and a worker's own heap (snapshots worker-a and worker-b, written by the worker itself).

const v8 = require('node:v8');
const { once } = require('node:events');
const { Worker, isMainThread, parentPort, workerData, MessageChannel } = require('node:worker_threads');

async function main() {
  const { capture, kept, prefix } = require('./capture.js');
  const shared = new SharedArrayBuffer(1 << 16);
  const workers = [];
  for (let n = 0; n < 2; n++) {
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(__filename, { workerData: { prefix, n, shared, port: port2 }, transferList: [port2] });
    port1.on('message', (message) => kept.push(message));
    workers.push({ worker, port1 });
    await once(worker, 'message');
  }
  for (const name of ['a', 'b']) {
    for (const { worker } of workers) {
      worker.postMessage({ name, job: new Array(1000).fill({ job: name }), bytes: Buffer.alloc(5000) });
      await once(worker, 'message');
    }
    capture(name);
  }
  for (const { worker, port1 } of workers) {
    port1.close();
    await worker.terminate();
  }
}

function work() {
  const done = (globalThis.done = new Map());
  parentPort.on('message', (job) => {
    done.set(job.name, { job, at: new Date(), view: new Int32Array(workerData.shared) });
    workerData.port.postMessage({ from: workerData.n, did: job.name });
    if (workerData.n === 0) v8.writeHeapSnapshot(`${workerData.prefix}-worker-${job.name}.heapsnapshot`);
    parentPort.postMessage('done');
  });
  parentPort.postMessage('ready');
}

if (isMainThread) main(); else work();
