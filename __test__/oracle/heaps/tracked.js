'use strict';

// Snapshots taken while the inspector tracks allocations: they carry allocation stacks and a timeline of samples.

const fs = require('node:fs');
const { promisify } = require('node:util');
const { Session } = require('node:inspector');
const { kept, prefix } = require('./capture.js');

class Ticket { constructor(n) { this.n = n; this.holder = { name: `holder ${n}` }; } }
function issue(n) { return new Ticket(n); }
function batch(count) { for (let n = 0; n < count; n++) kept.push(issue(n), [n, n]); }

async function write(session, post, name, method) {
  const fd = fs.openSync(`${prefix}-${name}.heapsnapshot`, 'w');
  const chunk = ({ params }) => fs.writeSync(fd, params.chunk);
  session.on('HeapProfiler.addHeapSnapshotChunk', chunk);
  await post(method, { reportProgress: false });
  session.off('HeapProfiler.addHeapSnapshotChunk', chunk);
  fs.closeSync(fd);
}

async function main() {
  const session = new Session();
  session.connect();
  const post = promisify(session.post).bind(session);
  await post('HeapProfiler.enable');
  await post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
  batch(500);
  await write(session, post, 'a', 'HeapProfiler.takeHeapSnapshot');
  batch(700);
  kept.splice(0, 100);
  await write(session, post, 'b', 'HeapProfiler.stopTrackingHeapObjects');
}

main();
