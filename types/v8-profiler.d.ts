// leakguard/v8-profiler, in place of v8-profiler, v8-profiler-node8 and v8-profiler-next.

import type { Stream, Transform } from 'node:stream';

type Receiver = (error: Error | null | undefined, text?: string) => void;

export interface Header {
  typeId: string;
  uid: string | number;
  title: string;
}

interface Exported {
  /** As a stream. */
  export(): Transform;
  /** Into a stream. */
  export<S extends Stream>(stream: S): S;
  export(receiver: Receiver): void;
}

export interface SnapshotNode {
  type: string;
  name: string;
  id: number;
  shallowSize: number;
  readonly children: SnapshotEdge[];
}

export interface SnapshotEdge {
  type: string;
  name: string | number;
  from: SnapshotNode;
  readonly to: SnapshotNode;
}

/** Held in memory, compressed: by `snapshots` until `delete()`. */
export interface Snapshot extends Exported {
  typeId: 'HEAP';
  uid: number;
  title: string;
  nodesCount: number;
  maxSnapshotJSObjectId: number;
  readonly root: SnapshotNode;
  getHeader(): Header;
  getNode(index: number): SnapshotNode | undefined;
  getNodeById(id: number): SnapshotNode | undefined;
  /** By name of object and type of everything else: how many more there are in `other`. */
  compare(other: Snapshot): Record<string, number>;
  serialize(iterator: (chunk: string, length: number) => unknown, callback: () => void): void;
  delete(): Record<number, Snapshot>;
}

export interface CpuProfileNode {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
  callUID: number;
  bailoutReason: string;
  id: number;
  scriptId: number;
  hitCount: number;
  children: CpuProfileNode[];
  lineTicks: Array<{ line: number; hitCount: number }>;
}

export interface CpuProfile extends Exported {
  typeId: 'CPU';
  uid: string;
  title: string;
  startTime: number;
  endTime: number;
  samples: number[];
  /** Of generate type 0. */
  head?: CpuProfileNode;
  timestamps?: number[];
  /** Of generate type 1, as in .cpuprofile files. */
  nodes?: object[];
  timeDeltas?: number[];
  getHeader(): Header;
  delete(): void;
}

export interface SamplingHeapProfileNode {
  callFrame: { functionName: string; scriptId: number; url: string; lineNumber: number; columnNumber: number };
  selfSize: number;
  id: number;
  children: SamplingHeapProfileNode[];
}

export interface SamplingHeapProfile extends Exported {
  head: SamplingHeapProfileNode;
  samples: Array<{ size: number; nodeId: number; ordinal: number }>;
}

export const snapshots: { [uid: number]: Snapshot };
export const profiles: { [uid: string]: CpuProfile };

export function takeSnapshot(control?: (done: number, total: number) => void): Snapshot;
export function takeSnapshot(name?: string, control?: (done: number, total: number) => void): Snapshot;
export function deleteAllSnapshots(): void;

export function startProfiling(recsamples?: boolean): void;
export function startProfiling(name?: string, recsamples?: boolean, mode?: 0 | 1): void;
/** Without a name, the one started last; undefined when there is none. */
export function stopProfiling(name?: string): CpuProfile;
/** Microseconds; default 1000. */
export function setSamplingInterval(microseconds?: number): void;
/** 0, the default: a tree of nodes. 1: the form of .cpuprofile files. */
export function setGenerateType(type: 0 | 1): void;
export function deleteAllProfiles(): void;
/** Accepted, without effect. */
export function setProfilesCleanupLimit(limit: number): void;
/** Accepted, without effect. */
export function collectSample(): void;

/** `interval` in bytes, default 512 KiB; `depth` of the stacks, default 16. */
export function startSamplingHeapProfiling(interval?: number, depth?: number): void;
export function stopSamplingHeapProfiling(): SamplingHeapProfile;

export function startTrackingHeapObjects(): void;
export function stopTrackingHeapObjects(): void;
export function getHeapStats(iterator?: (triples: number[]) => void, callback?: () => void): number;
export function getHeapObjectId(value: unknown): number;
export function getObjectByHeapObjectId(id: number): unknown;
