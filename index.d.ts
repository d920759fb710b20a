// The public API, hand-written. Every export of index.js is declared here, in the same order.

import type { Guard, GuardOptions } from './types/guard';
import type { HuntOptions, HuntResult } from './types/hunt';
import type { CompareOptions, Comparison, SnapshotOptions, Summary } from './types/snapshot';

export * from './types/diagnosis';
export * from './types/guard';
export * from './types/hunt';
export * from './types/snapshot';

/** What long work reports, about ten times a second. `total` 0: not known. */
export interface Progress {
  phase: string;
  done: number;
  total: number;
}

/** What every long-running call takes. */
export interface WorkOptions {
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Stops the work; the promise rejects with `LG_CANCELLED`. */
  signal?: AbortSignal | undefined;
}

/**
 * Starts a program, loads it in rounds, captures its heap after each, and says what leaks, who keeps it and where.
 * Rejects when the hunt could not be carried out; either way no process is left.
 */
export function hunt(options: HuntOptions): Promise<HuntResult>;

/** Starts the guard of this process, or returns the one that it has; then the options are those of the first call. */
export function start(options?: GuardOptions): Guard;

/** What a heap snapshot holds, by class. The file may be gzip; `-` is standard input. */
export function analyze(file: string | URL, options?: SnapshotOptions): Promise<Summary>;

/** What changed between two or more snapshots of one process, oldest first, and what leaks. Three or more tell more. */
export function compare(files: Array<string | URL>, options?: CompareOptions): Promise<Comparison>;

export interface ScrubOptions extends WorkOptions {
  /** Where to write; default: `NAME.scrubbed.heapsnapshot` beside the input. A name ending in `.gz` is written as gzip. */
  output?: string | URL | undefined;
}

export interface ScrubResult {
  output: string;
  /** Strings in the snapshot. */
  strings: number;
  /** Of these, how many were replaced by their lengths. */
  replaced: number;
  /** Texts that stay because they are also somebody's name, while the string itself was replaced. */
  separated: number;
}

/** Writes a copy of a snapshot that is safe to share: every string the program held is replaced by its length. */
export function scrub(file: string | URL, options?: ScrubOptions): Promise<ScrubResult>;

/** Any failure leakguard reports: `code` is stable and explained in docs/errors.md. */
export class LeakguardError extends Error {
  /** Stable identifier, such as `LG_PARSE_TRUNCATED`. */
  readonly code: string;
  /** What to do about it, one sentence. */
  readonly advice: string;
  protected constructor();
}

/** The version of this package. */
export const version: string;
