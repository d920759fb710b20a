import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Diagnosis, Verdict } from './diagnosis';
import type { ClassRow, Comparison } from './snapshot';

/**
 * Each can also be set by an environment variable (LEAKGUARD_ and the name, as in LEAKGUARD_KEEP_COUNT) and
 * in leakguard.config.json (or the file that LEAKGUARD_CONFIG names). Options in code win, then the environment.
 */
export interface GuardOptions {
  /** How to capture. `auto` picks `fork` where it works. Default `auto`. */
  mode?: 'auto' | 'fork' | 'inline' | undefined;
  /** Whether a fork capture that failed may be taken inline, which stops the app for it. Default false. */
  fallback?: boolean | undefined;
  /**
   * Whether a forked child takes the processor only when nothing else wants it. Where all processors are taken it then
   * hardly runs. Default true.
   */
  lowPriority?: boolean | undefined;
  /**
   * Percent of one processor that a forked child is held to, 10 at least; false: not at all. Default: a quarter of what
   * the container may use, where that is less than two processors; otherwise not at all.
   */
  captureCpuPercent?: number | false | undefined;
  /**
   * Sample who allocates from the first capture on, so that suspects say who made them. It costs a few percent of
   * the app's speed. Default false.
   */
  allocationSites?: boolean | undefined;
  /** Where snapshots are kept, gzipped, for the owner only; false keeps none. Default: `leakguard` in the temp directory. */
  snapshotDir?: string | false | undefined;
  /** The oldest snapshots are deleted beyond this many, this many bytes, and this many days. Defaults 10, 1 GiB, 7. */
  keepCount?: number | undefined;
  keepBytes?: number | undefined;
  keepDays?: number | undefined;
  /** The signal that asks for a capture. Default SIGUSR2. */
  signal?: NodeJS.Signals | false | undefined;
  /** Capture when a major collection leaves more than this part of the heap limit in use. Default 85. */
  nearLimitPercent?: number | false | undefined;
  /** Minutes between two such captures. Default 60. */
  nearLimitMinutes?: number | undefined;
  /** Capture every so many minutes. Default false. */
  everyMinutes?: number | false | undefined;
  /** Watch memory and judge whether it leaks. Default true. See docs/monitor.md. */
  monitor?: boolean | undefined;
  /**
   * What to do when memory grows: `capture` takes three snapshots in forked children and names what grows, `notify`
   * only says that it leaks, `off` nothing. Where forking does not work, `capture` means `notify`. Default `capture`.
   */
  onLeak?: 'off' | 'notify' | 'capture' | undefined;
  /** With `capture`, look into steep growth at once, before the monitor is sure; so it is while the page is open. Default false. */
  eager?: boolean | undefined;
  /** Minutes between two alarms. Default 60. */
  leakMinutes?: number | undefined;
  /** The longest pause that a garbage collection asked for by the monitor may take; false: ask for none. Default 40. */
  probePauseMs?: number | false | undefined;
  /** Where to send summaries; a text is short for `{ server }`. Default false: nothing leaves the process. */
  push?: string | false | PushOptions | undefined;
  /** An OpenTelemetry collector to send metrics and findings to; a text is short for `{ endpoint }`. Default false. */
  otlp?: string | false | OtlpOptions | undefined;
  /**
   * The admin server: `true`, a port, `HOST:PORT`, or more. Default false; `leakguard run` turns it on. See docs/admin.md.
   */
  admin?: boolean | number | string | AdminOptions | undefined;
}

export interface AdminOptions {
  /** Default 127.0.0.1. Any that others on the network can reach needs a token. */
  host?: string | undefined;
  /** When it is taken, the next one that is free; 0: any. Default 2333. */
  port?: number | undefined;
  /** Names besides localhost and the host's own that requests may call it by. */
  hosts?: string[] | undefined;
  /** At least 16 characters; then everybody must show it. Default: the variable LEAKGUARD_ADMIN_TOKEN, if set. */
  token?: string | undefined;
  /** The directory of the web page. */
  page?: string | undefined;
  /** How many captures may be asked for in a minute. Default 6. */
  capturesPerMinute?: number | undefined;
}

/** How the admin server is reached: by its port, and by its socket from the same user's programs. */
export interface AdminAddress {
  url: string | null;
  socket: string | null;
}

export interface MiddlewareOptions {
  /** What the addresses begin with, where the framework does not take it off: `/debug/leakguard`. */
  prefix?: string | undefined;
  /**
   * Whether this client may see and do everything. Without it, and without a token, only programs on this machine may.
   */
  authorize?: ((request: IncomingMessage) => boolean | Promise<boolean>) | undefined;
}

/**
 * For Express, Connect and node:http it is `(request, response, next?)`, for Koa `(context, next)`, for Fastify a plugin.
 */
export type AdminMiddleware = (first: any, second: any, third?: any) => any;

/** Times in seconds. */
export interface OtlpOptions {
  /** Base URL: `/v1/metrics` and `/v1/logs` are appended. */
  endpoint: string;
  /** `service.name`. */
  service?: string | undefined;
  headers?: Record<string, string> | undefined;
  /** Between two exports. Default 60. */
  interval?: number | undefined;
  /** For one request. Default 10. */
  timeout?: number | undefined;
}

/** Times in seconds. */
export interface PushOptions {
  /** Summaries are POSTed there. */
  server: string;
  appid?: string | undefined;
  /** Signs every request with it. */
  secret?: string | undefined;
  /** Undelivered summaries wait in a folder of it. Default: `leakguard` in the temp directory. */
  logdir?: string | undefined;
  /** After the first failure; doubles with each one, up to five minutes. Default 10. */
  reconnectDelay?: number | undefined;
  /** Default 60. */
  heartbeatInterval?: number | false | undefined;
  /** Default 60. */
  reportInterval?: number | false | undefined;
  /** For one request. Default 30. */
  timeout?: number | undefined;
  headers?: Record<string, string> | undefined;
  /** PEM file of the only certificate authorities to trust. */
  ca?: string | undefined;
  /** The oldest undelivered summaries are dropped beyond this many bytes. Default 16 MiB. */
  spoolBytes?: number | undefined;
}

/** What the monitor knows. Bytes and milliseconds. */
export interface MonitorState {
  /** When the monitor started, since the Unix epoch. */
  startedUnixMs: number;
  /** When it judged, since it started. */
  atMs: number;
  verdict: 'warming-up' | 'flat' | 'growing' | 'leaking' | 'draining';
  /** Where memory grows. */
  area: 'js-heap' | 'external' | 'native' | 'fragmentation' | null;
  bytesPerHour: number;
  /** 0 to 1. */
  confidence: number;
  /** Until the heap limit or the memory limit is met, at this rate. */
  timeLeftMs: number | null;
  /** The stretch of time the figures rest on, and the growth within it. */
  windowMs: number;
  growth: number;
  /** Where the growth seems to end by itself. */
  plateau: number | null;
  /** Looks taken, and the time they took on the monitor's own thread. */
  looks: number;
  busyMs: number;
  failed: string | null;
}

export interface Finding {
  /** False while what grows could still be a cache that fills. */
  confirmed: boolean;
  /** When the same leak was first reported, by this process or one before it; null for a new one. */
  since: string | null;
  state: MonitorState;
  /** Null when it could not be named. */
  diagnosis: Diagnosis | null;
}

/** Since the start of this process; `waiting` is what the spool holds now. */
export interface PushCounts {
  emitted: number;
  delivered: number;
  dropped: number;
  refused: number;
  failures: number;
  waiting: number;
  lastError: string | null;
}

export interface SnapshotRequest {
  /** Becomes part of the file's name. Default `manual`. */
  label?: string;
  /** Whether to share the result of a capture of the same heap that is under way. Default true. */
  join?: boolean;
}

export interface Snapshot {
  id: string;
  /** Of the worker thread that was captured, in mode `worker`. */
  threadId?: number;
  label: string;
  /** ISO 8601. */
  at: string;
  mode: 'fork' | 'inline' | 'worker';
  /** How long the event loop stood still; in mode `worker` that worker's own. */
  stallMs: number;
  file: string | null;
  /** Size of the snapshot; on disk it is compressed. */
  bytes: number;
  fileBytes: number;
  nodeCount: number;
  edgeCount: number;
  /** The twenty that retain most. */
  classes: ClassRow[];
  /** Why `auto` did not fork. */
  fallbackReason?: string;
  /** What is known with this capture and all before it. */
  summary: { verdict: Verdict; reason: string; suspects: string[] };
}

export interface KeptSnapshot {
  id: string;
  /** On disk. */
  bytes: number;
  /** Milliseconds since 1970. */
  modified: number;
}

export interface GuardStats {
  heapUsed: number;
  heapTotal: number;
  heapLimit: number;
  external: number;
  arrayBuffers: number;
  rss: number;
  /** Collections since the guard was started. */
  gc: Record<'major' | 'minor', { count: number; ms: number }>;
  snapshots: { taken: number; failed: number };
}

export interface GuardEvents {
  /** After each major collection. */
  stats: [GuardStats];
  /** After each capture. */
  snapshot: [Snapshot];
  /** Memory grows, and what grows may be a cache that is still filling. */
  growth: [Finding];
  /** Memory leaks. */
  leak: [Finding];
  /** A capture that nobody awaits has failed. Without a listener it is a process warning. */
  error: [Error];
}

export interface Guard extends EventEmitter {
  on<K extends keyof GuardEvents>(event: K, listener: (...args: GuardEvents[K]) => void): this;
  once<K extends keyof GuardEvents>(event: K, listener: (...args: GuardEvents[K]) => void): this;
  off<K extends keyof GuardEvents>(event: K, listener: (...args: GuardEvents[K]) => void): this;
  /**
   * Captures the heap and compares it with the captures before. One at a time: a call during a capture of the same
   * heap gets the result of that one, or with `join: false` the error LG_CAPTURE_BUSY.
   */
  snapshot(options?: SnapshotRequest & { mode?: 'auto' | 'fork' | 'inline' }): Promise<Snapshot>;
  /** The same for a worker thread, which stands still meanwhile; the main thread does not. */
  snapshot(options: SnapshotRequest & { mode: 'worker'; threadId: number }): Promise<Snapshot>;
  /** For all worker threads, one after the other. */
  snapshot(options: SnapshotRequest & { mode: 'worker' }): Promise<Snapshot[]>;
  /** What is known after the last capture, of a worker thread if its id is given; null before the first. */
  report(threadId?: number): Diagnosis | null;
  stats(): GuardStats;
  /** The snapshots in `snapshotDir`, newest first, those of earlier processes too. */
  snapshots(): Promise<KeptSnapshot[]>;
  /** Deletes a kept snapshot; resolves to whether it was there. */
  remove(id: string): Promise<boolean>;
  /** What changed between two kept snapshots, by default the last two. */
  compare(before?: string, after?: string): Promise<Comparison>;
  /** Whether memory leaks, and how fast; null without a monitor. */
  verdict(): MonitorState | null;
  /** Metrics of the process as text for Prometheus, with prom-client's names; null without a monitor. */
  metrics(): { text: string; contentType: string } | null;
  /** The admin server's, null without one. */
  address(): AdminAddress | null;
  /** The admin server's addresses, for the app's own server; works without `admin` too. */
  middleware(options?: MiddlewareOptions): AdminMiddleware;
  /** The capture under way. */
  readonly capturing: { id: string; label: string } | null;
  /** PUTs a kept snapshot to a URL that was presigned for it; `timeout` in seconds, default 300. Heap contents leave the process. */
  upload(file: string, url: string, options?: { timeout?: number; ca?: string }): Promise<void>;
  /** What became of the summaries sent so far; null without a server to push to. */
  pushed(): PushCounts | null;
  /** Takes back everything the guard did to the process. A capture under way is awaited. */
  stop(): Promise<void>;
}
