'use strict';

const path = require('node:path');

// How often the heap is looked at while it cools down, and when it has stopped falling: when that many
// looks in a row find less than this part of the growth gone.
const COOL_DOWN_PAUSE_MS = 500;
const COOL_DOWN_LOOKS = 2;
const COOL_DOWN_PART = 0.03;
// What the event loop gets to work off what a round left, before the collection and the capture.
const QUIET_MS = 50;

// The measuring part of a hunt, on a child that can take load: warm-up, baseline capture, rounds of equal
// load with a capture after each, cool-down, last capture.
//
// In: `load.run(amount, { maxMs, onProgress })` does the work, `channel` asks the child for captures.
// Out, of run(): the diagnosis, with what each capture cost added to its rounds.
class Observation {
  #config;
  #plan;
  #load;
  #channel;
  #failures = 0;
  // Heap used after the last collection; the same with what is outside; and that at the baseline.
  #heapUsed = 0;
  #used = 0;
  #baseline = 0;
  // In the order of the diagnosis' rounds.
  #costs = [];
  // For the message when the app dies: what was going on.
  stage = 'while it started';

  constructor({ config, plan, load, channel }) {
    this.#config = config;
    this.#plan = plan;
    this.#load = load;
    this.#channel = channel;
  }

  async run() {
    const { mode, exact, unit, allocationSites } = this.#config;
    await this.#channel.request('begin', { unit, mode, exact, lowPriority: false, allocationSites });
    const warmed = await this.#warmUp();
    await this.#capture('baseline', warmed);
    this.#baseline = this.#used;
    await this.#rounds();
    await this.#coolDown();
    await this.#capture('cool-down', 0);
    const diagnosis = await this.#diagnosis();
    await this.#channel.request('finish');
    const rounds = diagnosis.rounds.map((round, i) => ({ ...round, ...this.#costs[i] }));
    return { ...diagnosis, rounds, failures: this.#failures };
  }

  // Out: how many iterations it had.
  async #warmUp() {
    this.stage = 'during the warm-up';
    const total = this.#config.warmup;
    const cold = await this.#memory(0);
    const started = Date.now();
    let done = 0;
    let bytes = 0;
    for (;;) {
      const part = this.#plan.warmup({ done, ms: Date.now() - started, bytes });
      if (part === null) return done;
      const before = done;
      const onProgress = (count) => this.#progress('warm-up', { done: before + count, total });
      const { iterations, perSecond } = await this.#work(part.amount, { maxMs: part.maxMs, onProgress });
      done += iterations;
      bytes = (await this.#memory(QUIET_MS)) - cold;
      if (done > 0) this.#plan.tune({ perSecond, done, bytes });
    }
  }

  async #rounds() {
    let verdict = 'inconclusive';
    let roundMs = 0;
    for (let done = 0; this.#plan.another({ done, verdict, roundMs }); done++) {
      const round = done + 1;
      this.stage = `in round ${round}`;
      const started = Date.now();
      const total = this.#plan.iterations;
      const onProgress = (count) => this.#progress('round', { round, done: count, total });
      const { iterations } = await this.#work(total, { maxMs: this.#plan.roundMs(), onProgress });
      await this.#capture('round', iterations, round);
      roundMs = Date.now() - started;
      ({ verdict } = await this.#diagnosis());
    }
  }

  // A queue that outgrew its consumer needs time to drain before anyone may call it a leak. Ends early when
  // the heap is back where it was, or falls no more; a cool-down that the user asked for is kept to.
  async #coolDown() {
    this.stage = 'in the cool-down';
    const total = this.#config.coolDown * 1000;
    const until = Date.now() + total;
    const grown = this.#used - this.#baseline;
    let before = this.#used;
    let still = 0;
    while (Date.now() < until && still < COOL_DOWN_LOOKS) {
      await this.#memory(Math.min(COOL_DOWN_PAUSE_MS, Math.max(0, until - Date.now())));
      this.#progress('cool-down', { done: Math.min(total, total - (until - Date.now())), total });
      if (this.#used <= this.#baseline + grown * COOL_DOWN_PART) break;
      const stopped = before - this.#used < grown * COOL_DOWN_PART;
      still = stopped && !this.#config.given.coolDown ? still + 1 : 0;
      before = this.#used;
    }
  }

  async #work(amount, { maxMs, onProgress }) {
    onProgress(0);
    const batch = await this.#load.run(amount, { maxMs, onProgress });
    this.#failures += batch.failures;
    return batch;
  }

  // It comes as text: the app's process need not take it apart.
  async #diagnosis() {
    return JSON.parse(await this.#channel.request('diagnosis'));
  }

  async #memory(quietMs) {
    this.#note(await this.#channel.request('memory', { quietMs }));
    return this.#used;
  }

  #note({ heapUsed, external }) {
    this.#heapUsed = heapUsed;
    this.#used = heapUsed + external;
  }

  async #capture(phase, iterations, round) {
    this.#progress(phase, { round, step: 'capture' });
    const started = Date.now();
    const { keep } = this.#config;
    const name = `${String(this.#costs.length).padStart(2, '0')}-${phase}.heapsnapshot.gz`;
    const { memory, capture } = await this.#channel.request('capture', {
      iterations,
      coolDown: phase === 'cool-down',
      quietMs: QUIET_MS,
      file: keep && path.join(keep, name),
    });
    const { mode, stallMs, bytes, nodeCount, file, fallbackReason } = capture;
    const ms = Date.now() - started;
    this.#costs.push({ phase, capture: { mode, stallMs, bytes, nodeCount, file, ms, fallbackReason } });
    this.#note(memory);
    this.#progress(phase, { round, step: 'done' });
  }

  #progress(phase, details) {
    this.#config.onProgress({ phase, ...details, heapUsed: this.#heapUsed });
  }
}

module.exports = { Observation };
