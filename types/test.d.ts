// `leakguard/test`: assertions for test suites. docs/test.md explains them.

import type { Diagnosis, Hop, Place, Suspect, Verdict } from './diagnosis';
import { LeakguardError } from '../index';

/** Called with 0, 1, 2 … over the whole trial; a promise is awaited before the next call. */
export type Tested = (call: number) => unknown;

export interface LeakTestOptions {
  /** Calls per round. Default: as many as take about 0.1 s, at least 3 and at most 5000. */
  iterations?: number | undefined;
  /** Calls before anything is measured. Default: about one round, in parts. */
  warmup?: number | undefined;
  /** Rounds with a capture after each, at least 3. Default: 1 when nothing grows in it, else 3, up to 8 while the evidence is weak. */
  rounds?: number | undefined;
  /** Milliseconds after which no round is added. Default 10,000. */
  timeout?: number | undefined;
  /** Bytes per iteration by which each suspect may grow. Default 0. */
  tolerance?: number | undefined;
  /** A budget in the place of the rule that nothing may grow: bytes per iteration, of all objects together. */
  maxBytesPerIteration?: number | undefined;
  /**
   * By class name as DevTools shows it: whether so many instances may be alive in the last capture. Makes the
   * assertion take captures in any case.
   */
  classes?: Record<string, (instances: number, change: InstanceChange) => boolean> | undefined;
  /** Which suspects count: return false for those to ignore. */
  filter?: ((suspect: Suspect) => boolean) | undefined;
  /** Leaks that are known: reported as a process warning, not failing. Added to those of leakguard.config.json. */
  known?: KnownLeak[] | undefined;
  /**
   * Keep the snapshots, gzipped: in this directory, or with true in `leakguard` in the temp directory. Default: the
   * variable LEAKGUARD_TEST_KEEP, or false.
   */
  keep?: boolean | string | undefined;
  /** How to capture. Default `auto`: forks on Linux in the main thread, else inline. */
  mode?: 'auto' | 'fork' | 'inline' | undefined;
  /** Fail also when the evidence allows no answer. Default false. */
  strict?: boolean | undefined;
  /** Do not run, for this reason, which is shown as a process warning. */
  skip?: string | undefined;
}

export interface InstanceChange {
  /** Instances more than in the first capture. */
  added: number;
  /** The same, divided by the calls between the first and the last capture. */
  perIteration: number;
  /** Instances in each capture. */
  counts: number[];
}

export interface KnownLeak {
  /** As the failure's report gives it. */
  fingerprint: string;
  /** Why it may stay. */
  reason: string;
  /** A date; from then on the leak fails again. */
  until?: string | undefined;
}

export interface LeakTestResult {
  verdict: Verdict | 'skipped';
  /** One sentence. */
  reason: string;
  suspects: Suspect[];
  /** Those that fail nothing because they are known. */
  known: Suspect[];
  calls: number;
  captures: number;
  mode: 'fork' | 'inline' | 'none';
  /** Kept snapshots. */
  files: string[];
  elapsedMs: number;
}

/**
 * Calls `fn` over and over and rejects with a {@link LeakError} `LG_LEAK`, whose message is the whole report, when
 * it leaves something behind each time.
 */
export function assertNoLeak(fn: Tested, options?: LeakTestOptions): Promise<LeakTestResult>;

export interface CollectedOptions {
  /** Milliseconds in which the objects must be collected. Default 1000. */
  timeout?: number | undefined;
}

/** Returns what it was given. */
export type Track = <T extends object>(object: T) => T;

/**
 * Resolves when the objects are collected, rejects with a {@link LeakError} `LG_NOT_COLLECTED` that names their
 * keepers when they are not. A function makes the objects and returns one or an array of them, or passes them to `track`.
 * An object given as it is must be in no variable of the caller.
 */
export function expectCollected(
  subject: ((track: Track) => unknown) | object,
  options?: CollectedOptions,
): Promise<void>;

/** Takes the place of `assertNoLeak(…)` for now: the reason, then its arguments. Nothing is called. */
export function skipLeakTest(reason: string, fn?: Tested, options?: LeakTestOptions): Promise<LeakTestResult>;

export interface MatcherResult {
  pass: boolean;
  message(): string;
}

/** For `expect.extend()` of Jest and Vitest. */
export const matchers: {
  toNotLeak(fn: Tested, options?: LeakTestOptions): Promise<MatcherResult>;
  toBeCollected(subject: ((track: Track) => unknown) | object, options?: CollectedOptions): Promise<MatcherResult>;
};

/** An object that was not collected. Sizes are bytes. */
export interface Kept {
  /** The how-manieth it was, from 0. */
  mark: number;
  object: { name: string; className: string; selfSize: number; retainedSize: number; definedAt?: Place };
  /** From a root to the object. */
  paths: Hop[][];
}

/** A failed assertion. */
export class LeakError extends LeakguardError {
  readonly code: 'LG_LEAK' | 'LG_NOT_COLLECTED';
  /** Of LG_LEAK. */
  readonly diagnosis: Diagnosis | null;
  /** Of LG_NOT_COLLECTED. */
  readonly kept: Kept[];
  /** Kept snapshots. */
  readonly files: string[];
  private constructor();
}
