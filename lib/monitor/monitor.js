'use strict';

const { EventEmitter } = require('node:events');
const { PerformanceObserver, monitorEventLoopDelay, performance } = require('node:perf_hooks');
const v8 = require('node:v8');

const native = require('../addon.js');
const { memoryUsage } = require('../memory-usage.js');
const { Collections } = require('./collections.js');
const { FloorProbe } = require('./floor-probe.js');
const { heapNumbers } = require('./heap-numbers.js');
const { Steepness } = require('./steepness.js');

const NS = 1e9;
const CURIOUS = new Set(['warming-up', 'growing', 'leaking']);

// Node keeps a quarter of a megabyte outside the heap for each such histogram, until a collection that it sees no
// reason for. So those of stopped monitors are used again.
const idleDelays = [];

// Watches this isolate's memory and says whether it leaks.
//
// Hands numbers to the addon, whose own thread judges them: after each major collection the heap, every few
// seconds how busy the process was. Keeps nothing alive. Event 'verdict', with the new state, when the
// verdict changes, and 'look' after each look; they come from the timer, never from within a call.
class Monitor extends EventEmitter {
  #native;
  #requests;
  #collections = new Collections();
  #probe;
  #delay = idleDelays.pop() ?? monitorEventLoopDelay({ resolution: 20 });
  #utilization = performance.eventLoopUtilization();
  #observer;
  #timer;
  #changes = 0;
  #stopped = false;
  #state;
  #floor = null;
  #steepness = new Steepness();

  /**
   * @param {object} [options]
   * @param {number} [options.intervalMs] between two looks; default 5000
   * @param {number} [options.warmupMs] what is younger is not judged; default 60000
   * @param {number | false} [options.probePauseMs] longest pause that a collection asked for by the monitor
   *   may take, see FloorProbe; false: never ask for one. Default 40
   * @param {() => number | null} [options.requests] counts the requests served so far
   */
  constructor({ intervalMs = 5000, warmupMs = 60_000, probePauseMs = 40, requests = () => null } = {}) {
    super();
    this.#native = new native.Monitor({ interval: intervalMs, warmup: warmupMs });
    this.#requests = requests;
    this.#probe = probePauseMs === false ? null : new FloorProbe({ maxPauseMs: probePauseMs });
    this.#observer = new PerformanceObserver((list) => this.#collected(list.getEntries()));
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#delay.reset();
    this.#delay.enable();
    this.#timer = setInterval(() => this.#tick(), intervalMs);
    this.#timer.unref();
    this.#pulse();
    this.#state = JSON.parse(this.#native.state());
  }

  // The verdict with its figures: bytes, milliseconds; as of the last look.
  get state() {
    return this.#state;
  }

  // Bytes that the last major collection left, outside the young generation, external memory included.
  get floor() {
    return this.#floor ?? memoryUsage().heapUsed;
  }

  // Growth that would meet the limit within the hour, as { bytesPerHour, timeLeftMs }; null while there is none. Known
  // long before a verdict, and less surely.
  get steep() {
    const { used_heap_size: used, heap_size_limit: limit } = v8.getHeapStatistics();
    return this.#steepness.judge(performance.now(), limit - used);
  }

  // The addon's half, for others of its classes.
  get native() {
    return this.#native;
  }

  // Collections the monitor asked for, and the pauses they took.
  get probes() {
    return this.#probe?.pauses ?? { count: 0, ms: 0, maxMs: 0 };
  }

  // Metrics of the process as text for Prometheus.
  metrics({ captures, capturesFailed } = {}) {
    this.#pulse();
    return this.#native.metrics(process.version, captures, capturesFailed);
  }

  // The `Content-Type` to send with them.
  get metricsContentType() {
    return this.#native.metricsContentType;
  }

  stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#observer.disconnect();
    this.#delay.disable();
    idleDelays.push(this.#delay);
    this.#native.stop();
  }

  #collected(entries) {
    let major = null;
    for (const entry of entries) {
      if (this.#collections.add(entry) === 'major') major = entry;
    }
    if (major === null) return;
    const numbers = heapNumbers();
    this.#probe?.collected(major.duration, numbers.used, performance.now());
    this.#floor = numbers.oldUsed + numbers.external;
    this.#steepness.add(performance.now(), this.#floor);
    this.#native.heap(numbers);
  }

  #tick() {
    const { changes, utilization } = this.#pulse();
    this.#delay.reset();
    this.#state = JSON.parse(this.#native.state() ?? 'null') ?? this.#state;
    if (changes !== this.#changes) {
      this.#changes = changes;
      this.emit('verdict', this.#state);
    }
    this.emit('look', this.#state);
    this.#probe?.consider({
      usedBytes: v8.getHeapStatistics().used_heap_size,
      curious: CURIOUS.has(this.#state.verdict) || this.#steepness.rises,
      utilization,
      now: performance.now(),
    });
  }

  #pulse() {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.#utilization = now;
    const { heapUsed, heapTotal, external, arrayBuffers } = memoryUsage();
    const pulse = {
      requests: this.#requests(),
      utilization,
      loopActiveS: now.active / 1000,
      loopIdleS: now.idle / 1000,
      delay: delays(this.#delay),
      heap: { used: heapUsed, total: heapTotal, limit: v8.getHeapStatistics().heap_size_limit, external, arrayBuffers },
      spaces: v8.getHeapSpaceStatistics().map(space),
      resources: count(process.getActiveResourcesInfo()),
      gc: this.#collections,
    };
    return { changes: this.#native.pulse(JSON.stringify(pulse)), utilization };
  }
}

// Seconds. An empty histogram says that its least value is huge and its mean is not a number.
function delays(histogram) {
  if (!(histogram.max > 0)) return { min: 0, max: 0, mean: 0, stddev: 0, p50: 0, p90: 0, p99: 0 };
  const { min, max, mean, stddev } = histogram;
  const [p50, p90, p99] = [50, 90, 99].map((percent) => histogram.percentile(percent) / NS);
  return { min: min / NS, max: max / NS, mean: mean / NS, stddev: stddev / NS, p50, p90, p99 };
}

function space({ space_name: name, space_size: size, space_used_size: used, space_available_size: available, physical_space_size: physical }) {
  return { name: name.replace(/_space$/, ''), size, used, available, physical };
}

function count(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

module.exports = { Monitor };
