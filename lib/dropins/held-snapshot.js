'use strict';

// v8-profiler's Snapshot. Its text is kept compressed, outside the V8 heap, as long as anybody has it: `snapshots`
// has it until delete().

const native = require('../addon.js');
const { exportTo } = require('./export.js');
const { nodeAt } = require('./graph-node.js');
const { releaseObjectIds, retainObjectIds } = require('./object-ids.js');
const { Registry } = require('./registry.js');
const { snapshotInto } = require('./snapshot-bytes.js');

const snapshots = new Registry();

class Snapshot {
  #held;
  typeId = 'HEAP';

  constructor(title) {
    retainObjectIds();
    try {
      this.#held = snapshotInto(native.openHeldSnapshot);
    } catch (error) {
      releaseObjectIds();
      throw error;
    }
    this.uid = snapshots.nextUid();
    this.title = title || `Snapshot ${this.uid}`;
    this.nodesCount = this.#held.nodeCount;
    this.maxSnapshotJSObjectId = this.#held.maxObjectId;
    // People hand it over as a callback: `.on('finish', snapshot.delete)`.
    this.delete = this.delete.bind(this);
    snapshots[this.uid] = this;
  }

  getHeader() {
    const { typeId, uid, title } = this;
    return { typeId, uid, title };
  }

  get root() {
    return nodeAt(this.#held, this.#held.root());
  }

  getNode(index) {
    return nodeAt(this.#held, index);
  }

  getNodeById(id) {
    const row = this.#held.rowOfId(id);
    return row === null ? undefined : nodeAt(this.#held, row);
  }

  /** For each type of node, and each name of object, how many more there are in `other`. */
  compare(other) {
    const mine = JSON.parse(this.#held.histogram());
    const theirs = JSON.parse(other.#held.histogram());
    const difference = {};
    for (const key of Object.keys({ ...mine, ...theirs })) difference[key] = (theirs[key] ?? 0) - (mine[key] ?? 0);
    return difference;
  }

  /** Calls `iterator(text, length)` for each chunk, then `callback()`; stops when the iterator returns false. */
  serialize(iterator, callback) {
    for (const chunk of this.#chunks()) {
      if (iterator(chunk, chunk.length) === false) return;
    }
    callback();
  }

  export(receiver) {
    return exportTo(this.#chunks(), receiver);
  }

  delete() {
    if (snapshots[this.uid] !== this) return snapshots;
    delete snapshots[this.uid];
    this.#held.release();
    releaseObjectIds();
    return snapshots;
  }

  *#chunks() {
    const text = this.#held.text();
    // V8 writes ASCII: everything else is escaped.
    for (let chunk; (chunk = text.next()) !== null; ) yield chunk.latin1Slice();
  }
}

module.exports = { Snapshot, snapshots };
