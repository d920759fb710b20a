'use strict';

// require('leakguard/v8-profiler') in place of v8-profiler, v8-profiler-node8 and v8-profiler-next: see
// docs/drop-ins.md. No function uses `this`: people pass them about.

const cpu = require('./cpu-profiler.js');
const { profiles } = require('./cpu-profile.js');
const { Snapshot, snapshots } = require('./held-snapshot.js');
const objects = require('./heap-objects.js');
const sampling = require('./sampling-heap.js');

/** `control(done, total)` is called once, when the snapshot is there. */
function takeSnapshot(name, control) {
  if (typeof name === 'function') [name, control] = ['', name];
  const snapshot = new Snapshot(name === undefined || name === null ? '' : String(name));
  if (typeof control === 'function') control(snapshot.nodesCount, snapshot.nodesCount);
  return snapshot;
}

function deleteAllSnapshots() {
  for (const snapshot of snapshots.slice()) snapshot.delete();
}

// V8 shares neither with anybody but native code; see docs/drop-ins.md.
function collectSample() {}
function setProfilesCleanupLimit(limit) {
  if (Number.isNaN(Number(limit))) console.error('limit should be number.');
}

module.exports = { ...cpu, ...objects, ...sampling, collectSample, deleteAllSnapshots, setProfilesCleanupLimit, takeSnapshot };
module.exports.snapshots = snapshots;
module.exports.profiles = profiles;
// The originals do this too, and tools look there.
process.profiler = module.exports;
