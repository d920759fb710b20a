import type { Diagnosis, Round } from './diagnosis';

interface CommonHuntOptions {
  /** Rounds of load, at least 3; when given, none are added. Default 4. */
  rounds?: number | undefined;
  /** Rounds at most, while the evidence is weak and there is time. Default 12. */
  maxRounds?: number | undefined;
  /** Requests or calls per round. Default 1000, fewer for slow apps and for big leaks. */
  iterations?: number | undefined;
  /** Requests or calls before the first capture. Default 400, or what can be done in 6 s. */
  warmup?: number | undefined;
  /** How long a round should take, in seconds, instead of `iterations`; with `idle` 3 by default. */
  duration?: number | undefined;
  /** Seconds after which no more rounds are added. Default 60. */
  timeBudget?: number | undefined;
  /**
   * Seconds that what piled up may take to drain before the last capture. Default: until the heap falls no
   * more, at most 10. When given, it is kept to.
   */
  coolDown?: number | undefined;
  /** How to capture. `auto`, the default, forks where the platform can. */
  mode?: 'auto' | 'fork' | 'inline' | undefined;
  /** Capture inside the app, which stands still meanwhile: for exact object ids. Default false. */
  exact?: boolean | undefined;
  /** Sample who allocates, so that suspects say who made them. Default true. */
  allocationSites?: boolean | undefined;
  /** Keep the snapshots in this directory, gzipped. */
  keep?: string | undefined;
  /** Arguments for node itself. */
  nodeArgs?: string[] | undefined;
  /** Added to the environment of the process. */
  env?: Record<string, string> | undefined;
  /** Its working directory. Default: the current one. */
  cwd?: string | undefined;
  /** Ends the hunt with LG_CANCELLED; no process is left. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: HuntProgress) => void) | undefined;
}

/** Hunt in a program that serves HTTP, or that works by itself. */
export interface HuntAppOptions extends CommonHuntOptions {
  /** The program. It finds the port of `url` in process.env.PORT. */
  app: string;
  iterate?: undefined;
  /** Send nothing: the program works by itself, and an iteration is a second of that. Default false. */
  idle?: boolean | undefined;
  /** Its arguments. */
  args?: string[] | undefined;
  /**
   * Where to send requests, on this machine; several are taken in turn. Default: `/` on a free port, for a
   * program that listens on process.env.PORT.
   */
  url?: string | string[] | undefined;
  /** Connections. Default 10. */
  concurrency?: number | undefined;
  /** Default GET, with a body POST. */
  method?: string | undefined;
  headers?: Record<string, string> | undefined;
  body?: string | Buffer | undefined;
  /** Seconds until it must listen. Default 30. */
  startTimeout?: number | undefined;
}

/** Hunt in a function. */
export interface HuntIterateOptions extends CommonHuntOptions {
  /** A module, CommonJS or ES, that exports {@link IterateModule}. It is loaded in a process of its own. */
  iterate: string;
  app?: undefined;
  idle?: undefined;
}

export type HuntOptions = HuntAppOptions | HuntIterateOptions;

export interface IterateModule {
  setup?(): void | Promise<void>;
  /** `i` counts from 0 over the whole hunt. */
  iterate(i: number): unknown;
  teardown?(): void | Promise<void>;
}

export interface HuntProgress {
  phase: 'start' | 'warm-up' | 'baseline' | 'round' | 'cool-down';
  /** Number of the round, from 1. */
  round?: number;
  step?: 'capture' | 'done';
  /** Iterations; in the cool-down milliseconds. */
  done?: number;
  total?: number;
  /** After the last collection. */
  heapUsed?: number;
}

export interface HuntResult extends Diagnosis {
  rounds: HuntRound[];
  /** Requests answered with a status of 400 or more. */
  failures: number;
  seconds: number;
}

export interface HuntRound extends Round {
  phase: 'baseline' | 'round' | 'cool-down';
  heapUsed: number;
  external: number;
  arrayBuffers: number;
  rss: number;
  capture: {
    mode: 'fork' | 'inline';
    /** How long the event loop stood still. */
    stallMs: number;
    /** Size of the snapshot. */
    bytes: number;
    nodeCount: number;
    /** Where it was kept, if it was. */
    file: string | null;
    /** From the collection before it to the end of the analysis. */
    ms: number;
    /** Why `auto` did not fork. */
    fallbackReason?: string;
  };
}
