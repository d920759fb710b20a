'use strict';

const path = require('node:path');

// How often the heap is looked at while it cools down, and when it has stopped falling: when that many
// looks in a row find less than this part of the growth gone.
const COOL_DOWN_PAUSE_MS = 500;
const COOL_DOWN_LOOKS = 2;
const COOL_DOWN_PART = 0.03;
// When so much is gone, it drains. Until then, where it falls at all, it gets more time than the cool-down has.
const DRAINED_PART = 0.6;
const DRAIN_MS = 60_000;
// For a timer that is to take away what grew it waits, if it is due in so long, and a little longer than that.
const DUE_MS = 45_000;
const DUE_SPARE = 1.1;
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
  // After how long a timer is to take away what grew most; 0 where there is none.
  #dueMs = 0;
  // In the order of the diagnosis' rounds.
  #costs = [];
  #captures = 0;
  // The last capture, until it is read.
  #underway = Promise.resolve();
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
    await this.#underway;
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
    for (let done = 0; this.#plan.another({ done, verdict, roundMs, waits: this.#dueMs > 0 }); done++) {
      const round = done + 1;
      this.stage = `in round ${round}`;
      const started = Date.now();
      const total = this.#plan.iterations;
      const onProgress = (count) => this.#progress('round', { round, done: count, total });
      const { iterations } = await this.#work(total, { maxMs: this.#plan.roundMs(), onProgress });
      await this.#capture('round', iterations, round);
      // Whether one more is needed only the whole diagnosis can say.
      if (round >= this.#config.rounds) {
        await this.#underway;
        const diagnosis = await this.#diagnosis();
        ({ verdict } = diagnosis);
        this.#dueMs = diagnosis.suspects[0]?.evidence.expiry?.afterMs ?? 0;
      }
      roundMs = Date.now() - started;
    }
  }

  // A queue that outgrew its consumer needs time to drain before anyone may call it a leak. Ends early when
  // the heap is back where it was, or falls no more; a cool-down that the user asked for is kept to.
  async #coolDown() {
    this.stage = 'in the cool-down';
    const given = this.#config.given.coolDown;
    // A timer that is due soon answers the question.
    const dueMs = given || this.#dueMs > DUE_MS ? 0 : this.#dueMs * DUE_SPARE;
    const due = Date.now() + dueMs;
    const total = Math.max(this.#config.coolDown * 1000, dueMs);
    const until = Date.now() + total;
    const patience = given ? until : until + DRAIN_MS;
    const top = this.#used;
    const grown = top - this.#baseline;
    let before = top;
    let still = 0;
    const drains = () => before < top && top - before < grown * DRAINED_PART;
    while (still < COOL_DOWN_LOOKS && Date.now() < (drains() ? patience : until)) {
      await this.#memory(Math.min(COOL_DOWN_PAUSE_MS, Math.max(0, patience - Date.now())));
      this.#progress('cool-down', { done: Math.min(total, total - (until - Date.now())), total });
      if (this.#used <= this.#baseline + grown * COOL_DOWN_PART) break;
      const stopped = before - this.#used < grown * COOL_DOWN_PART;
      still = stopped && !given && Date.now() > due ? still + 1 : 0;
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

  // Returns as soon as the app may work on: a forked child reads its copy of the heap while the next round runs.
  // A queue that outgrows its consumer would else be worked off between the rounds.
  async #capture(phase, iterations, round) {
    await this.#underway;
    this.#progress(phase, { round, step: 'capture' });
    const { keep } = this.#config;
    const name = `${String(this.#captures++).padStart(2, '0')}-${phase}.heapsnapshot.gz`;
    const file = keep && path.join(keep, name);
    const read = this.#read(phase, { iterations, coolDown: phase === 'cool-down', quietMs: QUIET_MS, file });
    this.#note(await Promise.race([read, this.#forked(read)]));
    this.#underway = read;
    this.#progress(phase, { round, step: 'done' });
  }

  // Resolves with the app's memory before the capture, when that is read and compared.
  async #read(phase, options) {
    const started = Date.now();
    const { memory, capture } = await this.#channel.request('capture', options);
    const { mode, stallMs, bytes, nodeCount, file, fallbackReason } = capture;
    const ms = Date.now() - started;
    this.#costs.push({ phase, capture: { mode, stallMs, bytes, nodeCount, file, ms, fallbackReason } });
    return memory;
  }

  // Resolves with the same as soon as a child has its copy, if that is before `read` has.
  #forked(read) {
    return new Promise((resolve) => {
      const heard = (name, data) => {
        if (name === 'forked') resolve(data);
      };
      this.#channel.on('event', heard);
      // Here a failure is only waited for; who needs the capture hears of it.
      read.catch(() => {}).finally(() => this.#channel.off('event', heard));
    });
  }

  #progress(phase, details) {
    this.#config.onProgress({ phase, ...details, heapUsed: this.#heapUsed });
  }
}

module.exports = { Observation };
