'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

const { forkUnsupported } = require('../capture/fork.js');
const { memoryUsage } = require('../memory-usage.js');

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const CAPTURES = 3;
// Between two captures the heap must have grown by this much, and this long is waited for it.
const GROWTH_BYTES = 512 * 1024;
const SPACING_MS = 15 * SECOND;
const AT_MOST_MS = 15 * MINUTE;
// The same for a look at steep growth, which somebody waits for: the heap fills meanwhile.
const STEEP_SPACING_MS = 4 * SECOND;
// And between two of those.
const STEEP_MS = 5 * MINUTE;
// How long another capture is waited for.
const BUSY_MS = 10 * MINUTE;
// After a look that named nothing: doubled each time, up to the cool-down.
const FRUITLESS_MS = 10 * MINUTE;

// What has keys may be a cache that is still filling: only time tells it from a leak.
const CACHE_LIKE = new Set(['map', 'set', 'weak-map', 'dictionary']);

// What has no objects behind it cannot be named by a heap snapshot, and is reported only once it is certain.
const NAMELESS = new Set(['native', 'fragmentation']);

// Turns the monitor's verdict into the name of the leak.
//
// When something grows, three heap snapshots are taken in forked children, spaced by growth, and compared off
// the event loop. Named, it is reported: at once when what grows is no container that could be a cache,
// otherwise as a suspicion until the monitor's verdict is `leaking`. Never captures inline: that would
// stop the app. When somebody waits for an answer (`eager`), steep growth is looked at before there is a verdict, and
// what that finds is a suspicion.
class Alarm {
  #monitor;
  #policy;
  #cooldownMs;
  #report;
  #known;
  #recorder;
  #spacingMs;
  #requests;
  #preview;
  #eager;
  #busy = false;
  #looking = null;
  #stopping = new AbortController();
  #notBefore = 0;
  #fruitless = 0;
  #steepNotBefore = 0;
  #suspicion = null;
  #listener = (state) => this.#judge(state);
  #steepListener = () => this.#judgeSteep();
  #timer;

  /**
   * @param {import('./monitor.js').Monitor} monitor
   * @param {object} options
   * @param {'off' | 'notify' | 'capture'} options.policy
   * @param {number} options.cooldownMs between two alarms
   * @param {import('./known-leaks.js').KnownLeaks} options.known
   * @param {(finding: object) => void | Promise<void>} options.report gets { confirmed, since, state, diagnosis }
   * @param {(unit: 'request' | 'snapshot', work: { hurried: boolean }) => object} options.recorder makes the series that
   *   captures and compares; hurried: somebody waits for it
   * @param {() => number | null} [options.requests] counts the requests served so far; null where there are none
   * @param {number} [options.spacingMs] least time between two captures of a series
   * @param {() => boolean} [options.eager] whether somebody waits for an answer
   * @param {(finding: object) => void} [options.preview] gets what two captures of three make likely, for who waits
   */
  constructor(monitor, { policy, cooldownMs, known, report, recorder, spacingMs = SPACING_MS, requests = () => null, eager = () => false, preview = () => {} }) {
    this.#monitor = monitor;
    this.#policy = policy === 'capture' && forkUnsupported() !== null ? 'notify' : policy;
    this.#cooldownMs = cooldownMs;
    this.#known = known;
    this.#report = report;
    this.#recorder = recorder;
    this.#spacingMs = spacingMs;
    this.#requests = requests;
    this.#preview = preview;
    this.#eager = eager;
    if (this.#policy === 'off') return;
    monitor.on('verdict', this.#listener);
    if (this.#policy === 'capture') monitor.on('look', this.#steepListener);
    // Growth that goes on after a cool-down changes no verdict, and is looked at again.
    this.#timer = setInterval(() => this.#judge(monitor.state), 10 * SECOND);
    this.#timer.unref();
  }

  stop() {
    this.#stopping.abort();
    this.#monitor.off('verdict', this.#listener);
    this.#monitor.off('look', this.#steepListener);
    clearInterval(this.#timer);
  }

  // The look under way, as { taken, of, capturing }; null while there is none.
  get looking() {
    return this.#looking;
  }

  async #judge(state) {
    const { verdict, area } = state;
    if (verdict !== 'growing' && verdict !== 'leaking') return;
    if (verdict === 'growing' && NAMELESS.has(area)) return;
    await this.#alone(state, async () => {
      if (verdict === 'leaking' && this.#suspicion !== null) await this.#confirm(state);
      else if (performance.now() >= this.#notBefore) await this.#look(state);
    });
  }

  async #judgeSteep() {
    const { verdict } = this.#monitor.state;
    if (!this.#eager() || verdict === 'growing' || verdict === 'leaking') return;
    const now = performance.now();
    if (now < this.#steepNotBefore || now < this.#notBefore) return;
    const { steep } = this.#monitor;
    if (steep === null) return;
    const state = { ...this.#monitor.state, verdict: 'growing', area: 'js-heap', ...steep };
    await this.#alone(state, () => {
      this.#steepNotBefore = now + STEEP_MS;
      return this.#lookSteep(state);
    });
  }

  // One at a time.
  async #alone(state, act) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await act();
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        this.#rest(false);
        await this.#report({ error, state });
      }
    } finally {
      this.#busy = false;
    }
  }

  async #look(state) {
    if (this.#policy === 'notify') {
      if (state.verdict !== 'leaking') return;
      this.#rest(true);
      await this.#report({ confirmed: true, since: null, state, diagnosis: null });
      return;
    }
    const diagnosis = await this.#diagnose();
    const now = this.#monitor.state;
    const leaking = now.verdict === 'leaking';
    if (diagnosis === null || diagnosis.verdict !== 'leak') {
      this.#rest(leaking);
      // It does leak, even if it could not be named: native memory has no name in a heap snapshot.
      if (leaking) await this.#report({ confirmed: true, since: null, state: now, diagnosis });
      return;
    }
    this.#rest(true);
    const [worst] = diagnosis.suspects;
    const confirmed = leaking || !CACHE_LIKE.has(worst.growsAt.kind);
    this.#suspicion = confirmed ? null : diagnosis;
    await this.#tell(confirmed, now, diagnosis);
  }

  // What fills at the start of a program is as steep as a leak: nothing is certain yet.
  async #lookSteep(state) {
    let told = false;
    const tell = (diagnosis) => this.#preview({ confirmed: false, since: null, state, diagnosis });
    const likely = (diagnosis) => {
      if (diagnosis.suspects.length === 0) return;
      told = true;
      tell(diagnosis);
    };
    const diagnosis = await this.#diagnose({ spacingMs: Math.min(this.#spacingMs, STEEP_SPACING_MS), hurried: true, likely });
    if (diagnosis?.verdict !== 'leak') {
      // What was likely is not so.
      if (told && diagnosis !== null) tell(diagnosis);
      return;
    }
    this.#rest(true);
    this.#suspicion = diagnosis;
    await this.#tell(false, state, diagnosis);
  }

  // The suspicion was right: no need to capture again.
  async #confirm(state) {
    const diagnosis = this.#suspicion;
    this.#suspicion = null;
    this.#rest(true);
    await this.#tell(true, state, diagnosis);
  }

  async #tell(confirmed, state, diagnosis) {
    const since = confirmed ? await this.#known.meet(diagnosis.suspects[0].fingerprint) : null;
    await this.#report({ confirmed, since, state, diagnosis });
  }

  // Null when the growth stopped before there was enough of it.
  async #diagnose({ spacingMs = this.#spacingMs, hurried = false, likely = () => {} } = {}) {
    const { signal } = this.#stopping;
    // Of a server, people want to know what one request leaves behind.
    const unit = this.#requests() === null ? 'snapshot' : 'request';
    const recorder = this.#recorder(unit, { hurried });
    let served = this.#requests();
    try {
      for (let taken = 0; ; ) {
        this.#looking = { taken, of: CAPTURES, capturing: true };
        const { heapUsed, external, arrayBuffers, rss } = memoryUsage();
        const before = this.#monitor.floor;
        const iterations = unit === 'request' ? Math.max(1, this.#requests() - served) : 0;
        served = this.#requests();
        await this.#record(recorder, { iterations, heapUsed, external, arrayBuffers, rss });
        if (++taken === CAPTURES) return JSON.parse(recorder.diagnosis);
        this.#looking = { taken, of: CAPTURES, capturing: false };
        if (taken > 1) likely(JSON.parse(recorder.diagnosis));
        if (!(await this.#grown(before, spacingMs, signal))) return null;
      }
    } finally {
      this.#looking = null;
      recorder.finish();
    }
  }

  // Somebody else may be capturing: that ends.
  async #record(recorder, round) {
    for (const until = performance.now() + BUSY_MS; ; ) {
      try {
        return await recorder.record(round);
      } catch (error) {
        if (error.code !== 'LG_CAPTURE_BUSY' || performance.now() > until) throw error;
        await sleep(Math.min(SECOND, this.#spacingMs), undefined, { ref: false, signal: this.#stopping.signal });
      }
    }
  }

  async #grown(before, spacingMs, signal) {
    const started = performance.now();
    for (;;) {
      await sleep(Math.min(SECOND, spacingMs), undefined, { ref: false, signal });
      const waited = performance.now() - started;
      const { verdict } = this.#monitor.state;
      if (waited > AT_MOST_MS || verdict === 'draining') return false;
      if (waited >= spacingMs && this.#monitor.floor - before >= GROWTH_BYTES) return true;
    }
  }

  #rest(fruitful) {
    this.#fruitless = fruitful ? 0 : this.#fruitless + 1;
    const pause = fruitful ? this.#cooldownMs : Math.min(FRUITLESS_MS * 2 ** (this.#fruitless - 1), Math.max(this.#cooldownMs, FRUITLESS_MS));
    this.#notBefore = performance.now() + pause;
  }
}

module.exports = { Alarm };
