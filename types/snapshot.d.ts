// Work on snapshot files. Sizes are bytes.

import type { WorkOptions } from '..';
import type { Diagnosis } from './diagnosis';

export interface SnapshotOptions extends WorkOptions {
  /** Threads to use at most; default: half the cores, since leakguard is a guest in your process. */
  threads?: number | undefined;
}

/** What one snapshot holds, with Chrome DevTools' numbers. */
export interface Summary {
  schema: 1;
  nodeCount: number;
  edgeCount: number;
  statistics: Statistics;
  /** Most retained bytes first. */
  classes: ClassRow[];
}

export interface Statistics {
  total: number;
  native: { total: number; typedArrays: number };
  v8heap: { total: number; code: number; jsArrays: number; strings: number; system: number };
}

/** One class of a snapshot; the figures are about its instances of non-zero size. */
export interface ClassRow {
  /** DevTools' key: `,name`, or `scriptId,line,column,name` where the constructor's place is known. */
  key: string;
  name: string;
  count: number;
  selfSize: number;
  /** Bytes freed if all instances were. */
  retainedSize: number;
  /** References from the roots; 100000000 and more for what only V8 reaches, -5 for what nothing reaches. */
  distance: number;
}

export interface CompareOptions extends SnapshotOptions {
  /** How much work was done between each two snapshots; then growth is per iteration instead of per snapshot. */
  iterations?: number | undefined;
}

/** The diagnosis of a series of snapshots, and DevTools' comparison of its first and last. */
export interface Comparison extends Diagnosis {
  snapshots: Array<{ file: string; nodeCount: number; edgeCount: number; total: number }>;
  /** Classes with new or vanished objects, biggest change first. Objects that stayed and grew are not in here. */
  classes: ClassDelta[];
  /** Present when the object ids of the first and the last do not match, so that `classes` means nothing. */
  warning?: string;
}

/** One class's new and vanished objects, told by V8's object ids. */
export interface ClassDelta {
  key: string;
  name: string;
  addedCount: number;
  removedCount: number;
  countDelta: number;
  addedSize: number;
  removedSize: number;
  sizeDelta: number;
}
