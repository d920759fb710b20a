'use strict';

// memwatch's HeapDiff: what came and what went between two moments.

const native = require('../addon.js');
const { niceSize } = require('./nice.js');
const { releaseObjectIds, retainObjectIds } = require('./object-ids.js');
const { snapshotInto } = require('./snapshot-bytes.js');

/** Spans of time, of performance.now(), in which a HeapDiff collected garbage: no news for anybody. */
const pauses = [];
const MAX_PAUSES = 16;

function tally() {
  const from = performance.now();
  try {
    return snapshotInto(native.openHeapTally);
  } finally {
    pauses.push({ from, to: performance.now() });
    if (pauses.length > MAX_PAUSES) pauses.shift();
  }
}

// A HeapDiff that nobody ends must not cost the process for ever.
const forgotten = new FinalizationRegistry(releaseObjectIds);

class HeapDiff {
  #before;

  constructor() {
    retainObjectIds();
    forgotten.register(this, undefined, this);
    this.#before = tally();
  }

  /** Both snapshots, compared. Only once. */
  end() {
    if (this.#before === null) throw new Error('attempt to end() a HeapDiff that was already ended');
    const before = this.#before;
    this.#before = null;
    forgotten.unregister(this);
    try {
      return payload(JSON.parse(before.difference(tally())));
    } finally {
      releaseObjectIds();
    }
  }
}

function payload({ before, after, freed, allocated, details }) {
  const total = ({ nodes, bytes }) => ({ nodes, size_bytes: bytes, size: niceSize(bytes) });
  const bytes = after.bytes - before.bytes;
  return {
    before: total(before),
    after: total(after),
    change: {
      size_bytes: bytes,
      size: niceSize(bytes),
      freed_nodes: freed,
      allocated_nodes: allocated,
      details: details.map(({ what, bytes: size, added, released }) => ({
        what,
        size_bytes: size,
        size: niceSize(size),
        '+': added,
        '-': released,
      })),
    },
  };
}

module.exports = { HeapDiff, pauses };
