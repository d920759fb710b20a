'use strict';

// expectCollected(): whether objects are garbage once the code that made them is done, and if not, who keeps them.

const { randomUUID } = require('node:crypto');
const { performance } = require('node:perf_hooks');
const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');

const native = require('../addon.js');
const { captureFork } = require('../capture/fork.js');
const { captureInline } = require('../capture/inline.js');
const { LeakguardError } = require('../errors.js');
const { gcFunction } = require('../gc.js');
const { LeakError } = require('./error.js');
const { alone, captureMode } = require('./isolation.js');
const { keptMessage } = require('./kept-message.js');
const { amount, optional } = require('./options.js');

const TIMEOUT_MS = 1000;
// As many are looked for in the snapshot (src/node/keepers.rs).
const MOST_KEPT = 10;
// However slow the machine is.
const FEWEST_COLLECTIONS = 3;
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 100;

/**
 * Resolves when the objects are collected, rejects with a LeakError that names their keepers when they are not.
 * `subject`: a function that makes objects and returns one or a list of them, or passes them to the `track` it is
 * given; or an object or a WeakRef.
 */
function expectCollected(subject, { timeout } = {}) {
  const timeoutMs = optional(timeout, (value) => amount(value, 'timeout')) ?? TIMEOUT_MS;
  const marks = new Marks();
  if (typeof subject === 'function') {
    return alone(() => marks.fill(subject).then(() => settleAndSearch(marks, timeoutMs)));
  }
  // Not an async function: one that awaits keeps its arguments.
  marks.add(subject);
  return alone(() => settleAndSearch(marks, timeoutMs));
}

// The objects, held weakly, each by a property that can be found in a snapshot.
class Marks {
  #mark = `leakguard ${randomUUID()} `;
  #count = 0;

  add(value) {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')) {
      throw new LeakguardError('LG_ARGUMENT', `only objects are collected, not ${value === null ? 'null' : typeof value}`);
    }
    this[`${this.#mark}${this.#count++}`] = value instanceof WeakRef ? value : new WeakRef(value);
  }

  async fill(make) {
    const made = await make((value) => {
      this.add(value);
      return value;
    });
    if (Array.isArray(made)) made.forEach((value) => this.add(value));
    else if (made !== undefined) this.add(made);
    if (this.#count === 0) {
      throw new LeakguardError('LG_ARGUMENT', 'the function made nothing to watch: return the objects, or pass them to track()');
    }
  }

  // Asked once per turn of the event loop: what deref() returns stays alive until the turn ends.
  get alive() {
    let alive = 0;
    for (let at = 0; at < this.#count; at++) if (this[`${this.#mark}${at}`].deref() !== undefined) alive++;
    return alive;
  }

  get count() {
    return this.#count;
  }

  get mark() {
    return this.#mark;
  }
}

async function settleAndSearch(marks, timeoutMs) {
  const mode = captureMode('auto');
  if (await collected(marks, timeoutMs)) return;
  const kept = await search(marks.mark, mode);
  // Finalizers and weak callbacks may have freed them meanwhile.
  if (kept.length === 0 && (await collected(marks, timeoutMs))) return;
  // What the snapshot shows no way to is alive only until somebody collects again.
  const alive = kept.length > 0 && kept.length < MOST_KEPT ? kept.length : marks.alive;
  throw new LeakError('LG_NOT_COLLECTED', keptMessage(kept, { alive, count: marks.count }), { kept });
}

async function collected(marks, timeoutMs) {
  const until = performance.now() + timeoutMs;
  for (let done = 1, pause = FIRST_PAUSE_MS; ; done++, pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    // An object stays alive in the turn in which a WeakRef of it was made or asked.
    await turn();
    gcFunction()();
    await turn();
    if (marks.alive === 0) return true;
    if (done >= FEWEST_COLLECTIONS && performance.now() > until) return false;
    await sleep(pause);
  }
}

async function search(mark, mode) {
  const keepers = new native.KeeperSearch(mark);
  // What was looked at in this turn would seem to be kept by V8.
  await turn();
  const inline = () => captureInline({ open: (...options) => keepers.openInlineCapture(...options) });
  if (mode === 'inline') return JSON.parse((await inline()).analysis);
  try {
    const open = (options, heap) => keepers.openForkCapture(options, heap);
    return JSON.parse((await captureFork({ lowPriority: false, cpuPercent: 0, open })).analysis);
  } catch {
    return JSON.parse((await inline()).analysis);
  }
}

module.exports = { expectCollected };
