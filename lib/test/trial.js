'use strict';

// One function, called over and over, and what it leaves behind.
//
// 1. Warm-up: finds out how fast the function is, lets caches fill and V8 compile.
// 2. A look at the total, three to six rounds: when the heap stands still, nothing leaks, and that is the end.
// 3. Captures: a baseline, then rounds with a capture after each, diagnosed together. The first is the last when nothing
//    grows in it. When something seems to grow, the third has three times the calls made so far, so that a cache may fill; more such rounds follow while the
//    evidence is weak. Last, what grew gets time to drain.

const path = require('node:path');
// Not the global one, which fake timers stop.
const { performance } = require('node:perf_hooks');

const { settle } = require('../gc.js');
const { Recorder } = require('../hunt/recorder.js');
const { batch } = require('./batch.js');
const { drain } = require('./drain.js');
const { isLeak, mayFill, weighed } = require('./evidence.js');
const { Flatness } = require('./flatness.js');
const { Pace } = require('./pace.js');
const { fromSubject } = require('./subject.js');

// What the event loop may work off before a collection.
const QUIET_MS = 10;

// Growth of less than this, of all objects together, or in one go, needs no explanation.
const LEAST_BYTES_PER_CALL = 1;
const LEAST_BYTES = 4096;
const LEAST_R2 = 0.8;

// Of the time, for what comes after the rounds.
const SPARE_MS = 3000;

class Trial {
  #run;
  #options;
  #mode;
  #pace;
  #recorder = null;
  #deadline;
  #calls = 0;
  #files = [];
  #instances = [];
  #capturedMs = 0;

  /** `mode`: 'fork' or 'inline'. */
  constructor(run, options, mode) {
    this.#run = run;
    this.#options = options;
    this.#mode = mode;
    this.#pace = new Pace(options.pace);
    this.#deadline = performance.now() + options.timeoutMs;
  }

  /**
   * @returns {Promise<{ diagnosis: object | null, calls: number, captures: number, mode: string, files: string[],
   *   instances: number[][] }>} `diagnosis` null: the total stood still. `instances`: per capture, of each class asked for
   */
  async measure() {
    await this.#warmUp();
    const flatness = await this.#look();
    let diagnosis = null;
    if (flatness.state !== 'flat' || this.#isCounting) diagnosis = await this.#rounds(flatness.rate);
    const { length: captures } = this.#instances;
    return { diagnosis, calls: this.#calls, captures, mode: this.#mode, files: this.#files, instances: this.#instances };
  }

  async #warmUp() {
    let before = (await this.#used(0)).total;
    for (let part = this.#pace.warmup(); part !== null; part = this.#pace.warmup()) {
      const { done, ms } = await this.#call(part.count, { maxMs: part.maxMs, least: 2 });
      const { total } = await this.#used(0);
      this.#pace.warmed(done, ms, total - before);
      before = total;
    }
  }

  async #look() {
    const { iterations } = this.#pace;
    const flatness = new Flatness(iterations, this.#pace.isQuick);
    // With a long warm-up of the caller's own, the rounds after it may be too short to show a table that doubles.
    if (!this.#pace.isWorthLooking || this.#pace.done > iterations * 2) {
      return { state: 'unknown', rate: 0 };
    }
    let before = (await this.#used()).total;
    while (flatness.state === 'unknown') {
      await this.#call(flatness.calls);
      const { total } = await this.#used();
      flatness.add(total - before);
      before = total;
    }
    return flatness;
  }

  async #rounds(rate) {
    const { rounds, classes } = this.#options;
    this.#recorder = new Recorder({
      unit: 'iteration',
      mode: this.#mode,
      // A test is no production server: what cannot be forked is captured inline.
      fallback: true,
      lowPriority: false,
      cpuPercent: 0,
      classes: Object.keys(classes),
    });
    const first = await this.#capture(this.#calls);
    const warm = this.#calls;
    let last = first;
    let diagnosis = null;
    let confirmed = false;
    for (let round = 1; this.#goesOn(diagnosis, round, confirmed); round++) {
      // When something seems to grow, the last round that is due is to confirm it.
      const isLong = round >= rounds && diagnosis.verdict !== 'healthy';
      const grown = round === 1 ? rate : (last - first) / (this.#calls - warm);
      const { count, ...limits } = this.#limits(isLong || round > rounds, rate, grown);
      const { done } = await this.#call(count, limits);
      confirmed ||= isLong;
      last = await this.#capture(done);
      diagnosis = this.#diagnosis();
    }
    if (diagnosis.verdict === 'leak') {
      const { total, isFalling } = await drain(diagnosis.suspects, first, last, this.#leftMs);
      const grown = diagnosis.suspects.filter(isLeak).map(({ bytesPerIteration }) => bytesPerIteration * (this.#calls - warm));
      // Only a capture can tell which of them drained. When less than half of the smallest is gone, none did.
      if (isFalling || last - total >= Math.min(...grown) / 2) {
        await this.#capture(0, { coolDown: true });
        diagnosis = this.#diagnosis({ isFalling });
      }
    }
    this.#recorder.finish();
    return diagnosis;
  }

  // Calls of a round. `rate`: bytes per call that stayed behind in the look; `grown`: and since then.
  #limits(isLong, rate, grown) {
    return isLong ? this.#pace.long(this.#calls, grown, Math.max(0, this.#leftMs)) : this.#pace.first(this.#calls, rate);
  }

  // Whether more calls may change the verdict: a leak that nothing confirmed, weak evidence, or growth of the program's
  // objects with no culprit yet (a table that doubles shows only now and then).
  #goesOn(diagnosis, round, confirmed) {
    const { rounds, mostRounds } = this.#options;
    // With few calls, the first round tells little.
    const isDue = rounds === mostRounds || this.#isCounting || !this.#pace.isWorthLooking;
    if (round === 1 || (round <= rounds && isDue)) return true;
    if (diagnosis.verdict === 'leak' && (round <= rounds || !confirmed)) return true;
    // A slow function may not have filled its cache yet. The time that draining takes is kept.
    if (diagnosis.verdict === 'leak') return rounds !== mostRounds && mayFill(diagnosis) && this.#leftMs > SPARE_MS;
    // More calls say nothing about what a timer will do later.
    if (diagnosis.suspects[0]?.evidence.expiry?.afterMs > this.#leftMs) return round <= rounds;
    const isOpen = diagnosis.verdict === 'inconclusive' || (diagnosis.verdict === 'healthy' && isGrowing(diagnosis));
    return isOpen && (round <= rounds || (round <= mostRounds && this.#leftMs > 0));
  }

  // A census needs captures, whatever the total does.
  get #isCounting() {
    const { classes, maxBytesPerIteration } = this.#options;
    return Object.keys(classes).length > 0 || maxBytesPerIteration !== undefined;
  }

  get #leftMs() {
    return this.#deadline - performance.now();
  }

  async #call(count, limits = {}) {
    const result = await batch(this.#run, count, { from: this.#calls, ...limits });
    this.#calls += result.done;
    return result;
  }

  async #used(quietMs = QUIET_MS) {
    const memory = await settle({ quietMs });
    return { memory, total: memory.heapUsed + memory.external };
  }

  // Out: the total after the collection.
  async #capture(iterations, { coolDown = false } = {}) {
    const { keep } = this.#options;
    const { memory, total } = await this.#used();
    const at = this.#instances.length;
    const file = keep === null ? undefined : path.join(keep, `${this.#id()}-${at}.heapsnapshot.gz`);
    const round = { iterations, coolDown, ...memory };
    const { instances, file: written } = await this.#recorder.record(round, { file });
    this.#instances.push(instances);
    if (written) this.#files.push(written);
    return total;
  }

  #id() {
    this.#capturedMs ||= Date.now();
    return `test-${process.pid}-${this.#capturedMs}`;
  }

  #diagnosis({ isFalling = false } = {}) {
    // The caller's own number is enough.
    const fewestCalls = this.#options.pace.iterations === undefined ? undefined : 0;
    return weighed(fromSubject(JSON.parse(this.#recorder.diagnosis)), { fewestCalls, isFalling });
  }
}

// By as much as a table that doubles would.
function isGrowing({ growth, rounds }) {
  const calls = rounds.slice(1).reduce((sum, { iterations }) => sum + iterations, 0);
  const { bytesPerIteration, r2 } = growth;
  return r2 >= LEAST_R2 && bytesPerIteration >= LEAST_BYTES_PER_CALL && bytesPerIteration * calls >= LEAST_BYTES;
}

module.exports = { Trial };
