'use strict';

// One function, called over and over, and what it leaves behind.
//
// 1. Warm-up: finds out how fast the function is, lets caches fill and V8 compile.
// 2. A look at the total, three or four rounds: when the heap stands still, nothing leaks, and that is the end.
// 3. Captures: a baseline, then rounds with a capture after each, diagnosed together. When something seems to grow, the
//    last one has many more calls, so that a cache may fill; more rounds follow while the evidence is weak. Last, what
//    grew gets time to drain.

const path = require('node:path');

const { settle } = require('../gc.js');
const { Recorder } = require('../hunt/recorder.js');
const { batch } = require('./batch.js');
const { Flatness } = require('./flatness.js');
const { Pace } = require('./pace.js');
const { fromSubject } = require('./subject.js');

// What the event loop may work off before a collection.
const QUIET_MS = 10;
// What piled up may take so long to drain, looked at so often.
const DRAIN_MS = 1000;
const DRAIN_LOOK_MS = 100;
const DRAIN_PART = 0.03;
const GROWTH_FACTOR = 2;

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
  #confirmed = false;

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
    const { classes, maxBytesPerIteration } = this.#options;
    // A census needs captures, whatever the total does.
    const counting = Object.keys(classes).length > 0;
    const flatness = await this.#look();
    let diagnosis = null;
    if (counting || flatness.state !== 'flat' || maxBytesPerIteration !== undefined) {
      diagnosis = await this.#rounds(flatness.rate);
    }
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
    const flatness = new Flatness(iterations);
    // With a long warm-up of the caller's own, the rounds after it may be too short to show a table that doubles.
    if (!this.#pace.isWorthLooking || this.#pace.done > iterations * 2) {
      return { state: 'unknown', rate: 0 };
    }
    let before = (await this.#used()).total;
    while (flatness.state === 'unknown') {
      await this.#call(iterations);
      const { total } = await this.#used();
      flatness.add(total - before);
      before = total;
    }
    return flatness;
  }

  async #rounds(rate) {
    const { rounds, mostRounds, classes } = this.#options;
    this.#recorder = new Recorder({
      unit: 'iteration',
      mode: this.#mode,
      // A test is no production server: what cannot be forked is captured inline.
      fallback: true,
      lowPriority: false,
      cpuPercent: 0,
      classes: Object.keys(classes),
    });
    let count = this.#pace.between(rate);
    const first = await this.#capture(this.#calls);
    let last;
    let diagnosis;
    let roundMs = 0;
    for (let round = 1; round <= mostRounds; round++) {
      if (round > rounds) {
        if (!isOpen(diagnosis) || performance.now() + roundMs > this.#deadline) break;
        if (this.#options.pace.iterations === undefined) count *= GROWTH_FACTOR;
      }
      const started = performance.now();
      // When something seems to grow, the last round that is due confirms it.
      const confirms = round === rounds && diagnosis.verdict !== 'healthy';
      const { done } = confirms ? await this.#confirm(count) : await this.#call(count);
      last = await this.#capture(done);
      diagnosis = this.#diagnosis();
      roundMs = (performance.now() - started) * GROWTH_FACTOR;
    }
    if (diagnosis.verdict === 'leak' && !this.#confirmed) {
      const { done } = await this.#confirm(count);
      last = await this.#capture(done);
      diagnosis = this.#diagnosis();
    }
    if (diagnosis.verdict === 'leak') {
      await this.#drain(first, last);
      await this.#capture(0, { coolDown: true });
      diagnosis = this.#diagnosis();
    }
    this.#recorder.finish();
    return diagnosis;
  }

  #confirm(count) {
    this.#confirmed = true;
    const { count: most, ...limits } = this.#pace.confirming(count);
    return this.#call(most, limits);
  }

  // A queue that outgrew its consumer needs time before anyone may call it a leak.
  async #drain(first, last) {
    const grown = last - first;
    const until = performance.now() + DRAIN_MS;
    let before = last;
    while (performance.now() < until) {
      const { total } = await this.#used(DRAIN_LOOK_MS);
      const stands = before - total < grown * DRAIN_PART;
      if (stands || total <= first + grown * DRAIN_PART) break;
      before = total;
    }
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

  #diagnosis() {
    return fromSubject(JSON.parse(this.#recorder.diagnosis));
  }
}

// Whether more calls may change the verdict: weak evidence, or growth of the program's objects with no culprit yet
// (a table that doubles shows only now and then).
function isOpen({ verdict, growth }) {
  return verdict === 'inconclusive' || (verdict === 'healthy' && growth.bytesPerIteration >= 1);
}

module.exports = { Trial };
