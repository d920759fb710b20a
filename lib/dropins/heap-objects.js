'use strict';

// v8-profiler's access to objects by V8's ids.

const { snapshots } = require('./held-snapshot.js');
const { giveBack, takeInspector, withInspector } = require('./session.js');

// How a value crosses between this realm and the inspector: through a property that is there for an instant.
const CROSSING = Symbol.for('leakguard.crossing');
const CROSSING_EXPRESSION = "globalThis[Symbol.for('leakguard.crossing')]";

const ODDBALLS = { 'is undefined': undefined, 'is null': null, 'is true': true, 'is false': false };

/** The inspector that tracks, and what it has told. */
let tracking = null;

/** Runs `use(objectId)` with the inspector's handle to an object. */
function withHandle(inspector, object, use) {
  globalThis[CROSSING] = { value: object };
  try {
    const { result } = inspector.post('Runtime.evaluate', { expression: `${CROSSING_EXPRESSION}.value` });
    try {
      return use(result.objectId);
    } finally {
      inspector.post('Runtime.releaseObject', { objectId: result.objectId });
    }
  } finally {
    delete globalThis[CROSSING];
  }
}

/**
 * V8's id of a value that was there when the last snapshot was taken; 0 for others. Of primitive values, undefined,
 * null, true and false have one.
 */
function getHeapObjectId(...values) {
  if (values.length === 0) return undefined;
  const [value] = values;
  return Object(value) === value ? idOfObject(value) : idOfOddball(value);
}

function idOfObject(object) {
  return withInspector((inspector) =>
    withHandle(inspector, object, (objectId) => Number(inspector.post('HeapProfiler.getHeapObjectId', { objectId }).heapSnapshotObjectId)),
  );
}

// The inspector gives no handles to them, but snapshots show them: as what ODDBALLS refers to.
function idOfOddball(value) {
  const row = snapshots.slice(-1)[0]?.getNodeById(idOfObject(ODDBALLS));
  const edge = row?.children.find(({ type, name }) => type === 'Property' && name === `is ${value}`);
  return edge?.to.id ?? 0;
}

/** The object itself; undefined when there is none, or when it is not one of JavaScript's. */
function getObjectByHeapObjectId(id) {
  const number = Number.parseInt(id, 10);
  if (Number.isNaN(number)) return undefined;
  return withInspector((inspector) => {
    let objectId;
    try {
      ({ objectId } = inspector.post('HeapProfiler.getObjectByHeapObjectId', { objectId: String(number) }).result);
    } catch {
      return undefined;
    }
    globalThis[CROSSING] = {};
    try {
      const functionDeclaration = `function () { ${CROSSING_EXPRESSION}.value = this; }`;
      inspector.post('Runtime.callFunctionOn', { objectId, functionDeclaration });
      return globalThis[CROSSING].value;
    } finally {
      delete globalThis[CROSSING];
      inspector.post('Runtime.releaseObject', { objectId });
    }
  });
}

// While V8 tracks its objects, it tells now and then how many of each interval live: triples of interval, objects
// and bytes.
function startTrackingHeapObjects() {
  if (tracking !== null) return;
  const inspector = takeInspector();
  const state = { inspector, updates: [], lastId: 0 };
  inspector.on('HeapProfiler.heapStatsUpdate', ({ statsUpdate }) => state.updates.push(statsUpdate));
  inspector.on('HeapProfiler.lastSeenObjectId', ({ lastSeenObjectId }) => {
    state.lastId = lastSeenObjectId;
  });
  tracking = state;
  inspector.post('HeapProfiler.startTrackingHeapObjects');
}

function stopTrackingHeapObjects() {
  if (tracking === null) return;
  const { inspector } = tracking;
  tracking = null;
  // Not HeapProfiler.stopTrackingHeapObjects, which takes a whole snapshot.
  inspector.post('HeapProfiler.disable');
  inspector.off('HeapProfiler.heapStatsUpdate');
  inspector.off('HeapProfiler.lastSeenObjectId');
  giveBack(inspector);
}

/** Calls `iterator(triples)` for what is new since the last call, then `callback()`; returns V8's last id so far. */
function getHeapStats(iterator, callback) {
  const lastId = tracking?.lastId ?? 0;
  const updates = tracking?.updates.splice(0) ?? [];
  if (typeof iterator === 'function') for (const update of updates) iterator(update);
  if (typeof callback === 'function') callback();
  return lastId;
}

module.exports = { getHeapObjectId, getHeapStats, getObjectByHeapObjectId, startTrackingHeapObjects, stopTrackingHeapObjects };
