'use strict';

const { constants } = require('node:perf_hooks');

// Upper bounds of the buckets, seconds: those of prom-client, mirrored in src/monitor/pulse.rs.
const BOUNDS = [0.001, 0.01, 0.1, 1, 2, 5];

const KINDS = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

// Counts garbage collections by kind and duration.
class Collections {
  #byKind = Object.fromEntries([...KINDS.values()].map((kind) => [kind, { count: 0, seconds: 0, buckets: new Array(BOUNDS.length + 1).fill(0) }]));

  // Takes a 'gc' performance entry; returns its kind.
  add({ detail, duration }) {
    const kind = KINDS.get(detail.kind);
    const sum = this.#byKind[kind];
    if (sum === undefined) return undefined;
    const seconds = duration / 1000;
    sum.count++;
    sum.seconds += seconds;
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    sum.buckets[bucket === -1 ? BOUNDS.length : bucket]++;
    return kind;
  }

  toJSON() {
    return this.#byKind;
  }
}

module.exports = { Collections };
