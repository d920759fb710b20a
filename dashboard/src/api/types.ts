// What the server answers. The documents of a diagnosis are the package's own public types.

import type { Diagnosis, Hop, Place } from '../../../types/diagnosis';
import type { Finding, MonitorState, Snapshot } from '../../../types/guard';
import type { ClassDelta, ClassRow, Statistics } from '../../../types/snapshot';

export type { ClassDelta, ClassRow, Diagnosis, Finding, Hop, MonitorState, Place, Snapshot, Statistics };
export type { GrowthPoint, Round, Suspect, Verdict } from '../../../types/diagnosis';

export interface Stats {
  process: {
    pid: number;
    title?: string;
    app?: string;
    node: string;
    platform: string;
    startedAt: string;
    argv0?: string;
  } | null;
  capabilities: { live: boolean; capture: boolean; captureModes?: string[]; explore: boolean; upload: boolean };
  memory?: { rss: number; heapUsed: number; heapTotal: number; heapLimit: number; external: number; arrayBuffers: number };
  gc?: Record<'major' | 'minor', { count: number; ms: number }>;
  eventLoop?: { blockedMs: number; delayMs: { p50: number; p99: number; max: number } };
  monitor?: MonitorState | null;
  snapshots?: { taken: number; failed: number };
  capturing?: Capturing | null;
  /** Captures that the guard takes by itself, to name what grows. */
  looking?: { taken: number; of: number } | null;
}

export interface Sample {
  /** Milliseconds since 1970. */
  at: number;
  rss: number;
  heapUsed: number;
  /** What was left after the last major collection. */
  floor: number | null;
  external: number;
  heapLimit: number;
  gcMs: number;
  loopDelayMs: number;
}

export interface Mark {
  at: number;
  kind: 'capture' | 'growth' | 'leak' | 'start';
  label: string;
  id?: string;
}

export interface Report {
  diagnosis: Diagnosis | null;
  finding: Finding | null;
}

export interface Capturing {
  id?: string;
  label?: string;
  phase?: string;
  done?: number;
  total?: number;
  /** Of one that has failed. */
  error?: { code: string; message: string; advice: string };
}

export interface KeptSnapshot extends Partial<Omit<Snapshot, 'bytes'>> {
  id: string;
  label?: string;
  at?: string;
  /** On disk. */
  bytes: number;
  modified?: number | string;
  state?: 'kept' | 'capturing' | 'unloaded' | 'loading' | 'ready' | 'failed';
  own?: boolean;
  /** Why it cannot be looked into, or why the capture failed. */
  error?: { code: string; message: string; advice?: string };
}

export interface Estimate {
  mode: string;
  bytes: number;
  childBytes: number;
  ms: number;
  /** Null where it is not known. */
  available: number | null;
  fits: boolean;
  reason?: string;
}

export interface SourceLines {
  file: string;
  /** Number of the first of `lines`. */
  first: number;
  line: number;
  lines: string[];
}

export interface MachineProcess {
  pid: number;
  address: string | null;
  app: string | null;
  title: string | null;
  cluster: string | null;
  startedAt: string;
  rss: number;
  heapUsed: number;
  heapLimit: number;
  verdict: string | null;
  self: boolean;
}

export interface ExploreFile {
  id: string;
  name: string;
  bytes: number;
  state: 'unloaded' | 'loading' | 'ready' | 'failed';
  error?: { code: string; message: string };
}

export interface Page<Row> {
  total: number;
  offset: number;
  rows: Row[];
}

export interface SnapshotSummary {
  id: string;
  name: string;
  nodeCount: number;
  edgeCount: number;
  bytes: number;
  statistics: Statistics;
  loadedMs: number;
}

export interface NodeRow {
  id: number;
  /** Its ordinal in the snapshot, used in addresses. */
  index: number;
  type: string;
  name: string;
  className: string;
  selfSize: number;
  retainedSize: number;
  distance: number;
  detachedness: number;
  location?: Place;
  preview?: string;
}

export interface EdgeRow {
  edge: string;
  edgeType: string;
  /** Whether it keeps the object alive. */
  essential?: boolean;
  node: NodeRow;
}

export interface NodeDetail extends NodeRow {
  dominator: NodeRow | null;
  fields: EdgeRow[];
  path: Hop[];
}

export type IndexedClass = ClassRow & { index: number };
export type GrownNode = NodeRow & { growth: number; elements: [number, number] | null };
export type BufferRow = NodeRow & { owner: NodeRow | null };

export interface DuplicateString {
  value: string;
  length: number;
  count: number;
  selfSize: number;
  index: number;
}

export interface DominatorTree {
  node: NodeRow;
  retained: number;
  /** Bytes of children left out. */
  rest: number;
  children?: DominatorTree[];
}
