'use strict';

const { EventEmitter } = require('node:events');
const { PerformanceObserver, constants } = require('node:perf_hooks');
const v8 = require('node:v8');

const { Admin } = require('./admin/admin.js');
const { middleware } = require('./admin/middleware.js');
const { Store, snapshotId } = require('./capture/store.js');
const { Workers } = require('./capture/workers.js');
const { compare } = require('./compare.js');
const { configure } = require('./config.js');
const { LeakguardError, describe } = require('./errors.js');
const { Recorder } = require('./hunt/recorder.js');
const { memoryUsage } = require('./memory-usage.js');
const { Watch } = require('./monitor/watch.js');
const { upload } = require('./push/pusher.js');

const { NODE_PERFORMANCE_GC_MAJOR: MAJOR } = constants;
const MODES = new Set([undefined, 'auto', 'fork', 'inline', 'worker']);
// One guard per process, also where several copies of this package are installed.
const CURRENT = Symbol.for('leakguard.guard');

// Lives in an app's process, watches its heap, and captures it when asked: by snapshot(), by a signal, near
// the heap limit, or on a schedule.
//
// It keeps nothing alive and holds on to nothing of the app's: what captures leave behind is outside the
// V8 heap. Events: 'stats' after each major collection, 'snapshot' after each capture, 'error' when a
// capture that nobody awaits has failed (a process warning when nobody listens), 'growth' when memory grows
// and 'leak' when something leaks (see lib/monitor/watch.js).
class Guard extends EventEmitter {
  #config;
  #recorder;
  // Null when no snapshots are kept.
  #store;
  #workers = new Workers();
  // The capture under way: { subject, result }.
  #running = null;
  #stopped = false;
  #taken = 0;
  #failed = 0;
  #gc = { major: { count: 0, ms: 0 }, minor: { count: 0, ms: 0 } };
  #nearLimitAt = -Infinity;
  #restore = [];
  #watch = null;
  #admin = null;
  // The capture under way: { id, label }.
  #capturing = null;

  constructor(config) {
    super();
    this.#config = config;
    const { mode, fallback, lowPriority, captureCpuPercent, allocationSites } = config;
    // Off is 0 there.
    const cpuPercent = captureCpuPercent === false ? 0 : captureCpuPercent;
    this.#recorder = new Recorder({ unit: 'snapshot', mode, fallback, lowPriority, cpuPercent, allocationSites });
    this.#store = config.snapshotDir === false ? null : new Store(config.snapshotDir);
    // A directory that cannot be used is an error of the first capture.
    this.#tidy().catch(() => {});
    this.#watchCollections();
    if (config.signal !== false) this.#listen(config.signal);
    if (config.everyMinutes !== false) this.#schedule(config.everyMinutes);
    if (config.monitor !== false) {
      this.#watch = new Watch(this, config);
      this.#restore.push(() => this.#watch.stop());
    }
    try {
      if (config.admin !== false) this.#openAdmin(config.admin);
    } catch (error) {
      for (const undo of this.#restore) undo();
      throw error;
    }
  }

  // Where the admin server of this process is reached, as { url, socket }; null without one.
  address() {
    return this.#admin?.address ?? null;
  }

  // The admin server's addresses for the app's own server: one function for Express, Koa, Fastify and node:http.
  middleware(options) {
    if (this.#stopped) throw new LeakguardError('LG_GUARD_STOPPED', 'the guard was stopped');
    if (this.#admin === null) this.#openAdmin(null);
    const { admin } = this.#config;
    return middleware(() => this.#admin, { token: admin !== false && admin.token !== null }, options);
  }

  // The capture under way, as { id, label }; null while there is none.
  get capturing() {
    return this.#capturing;
  }

  // Whether memory leaks, and how fast: the verdict of the monitor with its figures; null without one.
  verdict() {
    return this.#watch?.state ?? null;
  }

  // Metrics of the process as text for Prometheus, and the `Content-Type` to send with it; null without a monitor.
  metrics() {
    return this.#watch?.metrics({ captures: this.#taken, capturesFailed: this.#failed }) ?? null;
  }

  // PUTs a kept snapshot to a URL that was presigned for it. Heap contents leave the process: nothing does this
  // by itself.
  upload(file, url, options) {
    return upload(file, url, options);
  }

  // What became of the summaries sent so far; null without a server to push to.
  pushed() {
    return this.#watch?.pushed ?? null;
  }

  // Captures the heap and compares it with the captures before. One at a time: a call during a capture of
  // the same heap gets the result of that one; with `join: false`, or for another heap, the error
  // LG_CAPTURE_BUSY. Mode 'worker' captures the worker thread with that id, or without one all that run, one
  // after the other, and resolves to an array.
  snapshot({ label = 'manual', mode, threadId, join = true } = {}) {
    if (this.#stopped) return Promise.reject(new LeakguardError('LG_GUARD_STOPPED', 'the guard was stopped'));
    if (!MODES.has(mode)) return Promise.reject(new LeakguardError('LG_ARGUMENT', `there is no mode ${JSON.stringify(mode)}`));
    const subject = mode === 'worker' ? (threadId ?? 'workers') : 'main';
    if (this.#running !== null) {
      if (join && this.#running.subject === subject) return this.#running.result;
      return Promise.reject(new LeakguardError('LG_CAPTURE_BUSY', 'a capture is under way'));
    }
    const result = this.#capture(subject, label, mode).finally(() => {
      this.#running = null;
    });
    this.#running = { subject, result };
    return result;
  }

  // The snapshots in the directory, newest first, those of earlier processes too.
  snapshots() {
    return this.#store === null ? Promise.resolve([]) : this.#store.list();
  }

  // Deletes a kept snapshot; resolves to whether it was there.
  remove(id) {
    return this.#store === null ? Promise.resolve(false) : this.#store.remove(id);
  }

  // What changed between two kept snapshots, given by id: as compare() of their files.
  async compare(before, after) {
    if (before === undefined || after === undefined) {
      const [last, previous] = await this.snapshots();
      if (previous === undefined) throw new LeakguardError('LG_ARGUMENT', 'two kept snapshots are needed to compare');
      [before, after] = [before ?? previous.id, after ?? last.id];
    }
    if (this.#store === null) throw new LeakguardError('LG_ARGUMENT', 'no snapshots are kept: snapshotDir is false');
    return compare([this.#store.fileOf(before), this.#store.fileOf(after)]);
  }

  // What is known after the last capture, of a worker thread if an id is given, as `hunt --json` has it; null
  // before the first.
  report(threadId) {
    return JSON.parse(threadId === undefined ? this.#recorder.diagnosis : this.#workers.diagnosis(threadId));
  }

  // The state of the heap now, and what its collector did since the guard was started. Bytes, milliseconds.
  stats() {
    const { heapUsed, heapTotal, external, arrayBuffers, rss } = memoryUsage();
    const { heap_size_limit: heapLimit } = v8.getHeapStatistics();
    const { major, minor } = this.#gc;
    return {
      heapUsed,
      heapTotal,
      heapLimit,
      external,
      arrayBuffers,
      rss,
      gc: { major: { ...major }, minor: { ...minor } },
      snapshots: { taken: this.#taken, failed: this.#failed },
    };
  }

  // Takes back everything the guard did to the process. A capture under way is awaited.
  async stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const undo of this.#restore) undo();
    if (globalThis[CURRENT] === this) delete globalThis[CURRENT];
    await this.#running?.result.catch(() => {});
    this.#recorder.finish();
    const admin = this.#admin;
    this.#admin = null;
    await admin?.stop();
  }

  #openAdmin(admin) {
    const { snapshotDir, mode } = this.#config;
    this.#admin = new Admin(this, {
      admin,
      snapshotDir,
      mode,
      monitor: this.#watch?.native ?? null,
      counts: () => ({ gc: this.#gc, snapshots: { taken: this.#taken, failed: this.#failed } }),
      diagnosis: () => this.#recorder.diagnosis,
      watch: this.#watch,
    });
  }

  async #capture(subject, label, mode) {
    if (subject !== 'workers') return this.#one(subject, label, mode);
    const snapshots = [];
    for (const threadId of this.#workers.list()) {
      try {
        snapshots.push(await this.#one(threadId, label, mode));
      } catch (error) {
        // One that has ended meanwhile is none of them any more.
        if (this.#workers.list().includes(threadId)) throw error;
      }
    }
    return snapshots;
  }

  async #one(subject, label, mode) {
    const at = new Date();
    try {
      const main = subject === 'main';
      const recorder = main ? this.#recorder : this.#workers.recorder(subject);
      const id = snapshotId(at, label, main ? undefined : subject);
      this.#capturing = { id, label };
      this.#admin?.capturing(this.#capturing);
      const file = this.#store?.fileOf(id);
      const capture = await recorder.record(main ? memory() : {}, { file, mode, threadId: main ? undefined : subject });
      this.#taken++;
      // What cannot be removed now is tried again after the next capture, and no reason to lose this one.
      await this.#tidy().catch((error) => this.#complain(error));
      const snapshot = { id, label, at: at.toISOString(), ...capture, summary: summary(JSON.parse(recorder.diagnosis)) };
      this.#capturing = null;
      this.#admin?.captured(snapshot);
      this.emit('snapshot', snapshot);
      return snapshot;
    } catch (error) {
      this.#failed++;
      if (this.#capturing !== null) this.#admin?.notCaptured(error);
      this.#capturing = null;
      throw error;
    }
  }

  // Removes what crashed processes left in the directory, and what exceeds the bounds.
  async #tidy() {
    const { keepCount: count, keepBytes: bytes, keepDays } = this.#config;
    await this.#store?.tidy({ count, bytes, ageMs: keepDays * 24 * 60 * 60 * 1000 });
  }

  #complain(error) {
    if (this.listenerCount('error') > 0) this.emit('error', error);
    else process.emitWarning(describe(error), { type: 'LeakguardWarning', code: error.code });
  }

  // For captures that nobody awaits.
  #trigger(label) {
    this.snapshot({ label }).catch((error) => this.#complain(error));
  }

  #watchCollections() {
    const observer = new PerformanceObserver((list) => {
      let major = false;
      for (const { detail, duration } of list.getEntries()) {
        const sum = detail.kind === MAJOR ? this.#gc.major : this.#gc.minor;
        sum.count++;
        sum.ms += duration;
        major ||= detail.kind === MAJOR;
      }
      if (major) this.#afterMajor();
    });
    observer.observe({ entryTypes: ['gc'] });
    this.#restore.push(() => observer.disconnect());
  }

  #afterMajor() {
    const { nearLimitPercent, nearLimitMinutes } = this.#config;
    if (nearLimitPercent !== false) {
      const { used_heap_size: used, heap_size_limit: limit } = v8.getHeapStatistics();
      const now = performance.now();
      if (used * 100 > limit * nearLimitPercent && now - this.#nearLimitAt >= nearLimitMinutes * 60_000) {
        this.#nearLimitAt = now;
        this.#trigger('near-limit');
      }
    }
    if (this.listenerCount('stats') > 0) this.emit('stats', this.stats());
  }

  #listen(signal) {
    const handler = () => this.#trigger('signal');
    process.on(signal, handler);
    this.#restore.push(() => process.removeListener(signal, handler));
  }

  #schedule(minutes) {
    const timer = setInterval(() => this.#trigger('schedule'), minutes * 60_000);
    timer.unref();
    this.#restore.push(() => clearInterval(timer));
  }
}

function memory() {
  const { heapUsed, external, arrayBuffers, rss } = memoryUsage();
  return { heapUsed, external, arrayBuffers, rss };
}

// What a capture has found, in a few words.
function summary({ verdict, reason, suspects }) {
  return { verdict, reason, suspects: suspects.slice(0, 3).map(({ sentence }) => sentence) };
}

// Starts the guard, or returns the one that this process has: then the options are those it was started
// with. Throws LG_ARGUMENT or LG_READ for options that cannot be used.
function start(options) {
  globalThis[CURRENT] ??= new Guard(configure(options));
  return globalThis[CURRENT];
}

module.exports = { Guard, start };
