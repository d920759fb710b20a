// leakguard/memwatch, in place of memwatch, memwatch-next and @airbnb/node-memwatch.

import type { EventEmitter } from 'node:events';

declare namespace memwatch {
  /** Five full collections in a row left more in use than the one before. */
  interface Leak {
    start: Date;
    end: Date;
    /** Bytes. */
    growth: number;
    reason: string;
  }

  /** After each full collection. Bytes; times in nanoseconds. */
  interface Stats {
    num_full_gc: number;
    num_inc_gc: number;
    heap_compactions: number;
    /** Percent. */
    usage_trend: number;
    estimated_base: number;
    current_base: number;
    min: number;
    max: number;
    gcScavengeCount: number;
    gcScavengeTime: number;
    gcMarkSweepCompactCount: number;
    gcMarkSweepCompactTime: number;
    gcIncrementalMarkingCount: number;
    gcIncrementalMarkingTime: number;
    gcProcessWeakCallbacksCount: number;
    gcProcessWeakCallbacksTime: number;
    /** Microseconds since 1970. */
    gc_ts: number;
    gc_time: number;
    total_heap_size: number;
    total_heap_size_executable: number;
    total_physical_size: number;
    total_available_size: number;
    used_heap_size: number;
    heap_size_limit: number;
    malloced_memory: number;
    peak_malloced_memory: number;
  }

  interface Total {
    nodes: number;
    size_bytes: number;
    /** Such as `1.78 mb`. */
    size: string;
  }

  interface Detail {
    what: string;
    size_bytes: number;
    size: string;
    /** Allocated. */
    '+': number;
    /** Freed. */
    '-': number;
  }

  interface Diff {
    before: Total;
    after: Total;
    change: {
      size_bytes: number;
      size: string;
      freed_nodes: number;
      allocated_nodes: number;
      details: Detail[];
    };
  }

  /** Takes a snapshot when it is made and one when it ends; the program stands still for both. */
  interface HeapDiff {
    /** Throws when called again. */
    end(): Diff;
  }

  interface Events {
    leak: [Leak];
    stats: [Stats];
  }

  interface Memwatch extends EventEmitter {
    on<K extends keyof Events>(event: K, listener: (...args: Events[K]) => void): this;
    once<K extends keyof Events>(event: K, listener: (...args: Events[K]) => void): this;
    off<K extends keyof Events>(event: K, listener: (...args: Events[K]) => void): this;
    /** A full collection, now. */
    gc(): void;
    HeapDiff: new () => HeapDiff;
  }
}

declare const memwatch: memwatch.Memwatch;
export = memwatch;
