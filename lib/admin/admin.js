'use strict';

const { randomBytes } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');
const v8 = require('node:v8');

const native = require('../addon.js');
const { forkUnsupported } = require('../capture/fork.js');
const { heapShape } = require('../capture/heap-shape.js');
const { ADVICE, LeakguardError, describe, fromNative } = require('../errors.js');
const { about } = require('./about.js');
const { Explorer } = require('./explorer.js');
const { socketPath } = require('./runtime-directory.js');

// Clients hear within 30 seconds whether a capture begins.
const TURN_MS = 25_000;

// The admin server of a guard. The server itself is the addon's, on a thread of its own; here is what it cannot do
// without the event loop: read the heap's numbers, take captures, hear what the guard finds.
class Admin {
  #guard;
  #native;
  // The text of the last diagnosis; kept by the addon, not on the heap that is watched.
  #diagnosis;
  #via = randomBytes(24).toString('hex');
  #counts;
  // Null without a monitor.
  #watch;
  #explorer = null;
  #onFinding = { growth: (finding) => this.#found(finding), leak: (finding) => this.#found(finding) };

  /**
   * @param {import('../guard.js').Guard} guard
   * @param {object} options
   * @param {object | null} options.admin see adminOptions; null: only the socket, for middleware
   * @param {string | false} options.snapshotDir
   * @param {'auto' | 'fork' | 'inline'} options.mode
   * @param {object | null} options.monitor the addon's
   * @param {() => object} options.counts of collections and captures, as `stats()` has them
   * @param {() => string | null} options.diagnosis
   * @param {import('../monitor/watch.js').Watch | null} options.watch
   */
  constructor(guard, { admin, snapshotDir, mode, monitor, counts, diagnosis, watch }) {
    this.#guard = guard;
    this.#counts = counts;
    this.#diagnosis = diagnosis;
    this.#watch = watch;
    const socket = this.#socket(admin);
    // Without sockets, on Windows, the middleware needs a port.
    const { host = socket === null ? '127.0.0.1' : null, port = 0, hosts = [], token = null, page = null, capturesPerMinute = 6 } = admin ?? {};
    if (socket !== null && snapshotDir !== false) {
      this.#explorer = new Explorer({ socket: socket.replace(/sock$/, 'view'), directory: snapshotDir, failed: (why) => this.#native.exploreFailed(why) });
    }
    const settings = {
      host,
      port,
      hosts,
      token,
      page,
      capturesPerMinute,
      via: this.#via,
      socket,
      explorer: this.#explorer?.socket ?? null,
      snapshots: snapshotDir === false ? null : snapshotDir,
      captureModes: captureModes(mode),
      process: about(),
      advice: ADVICE,
    };
    try {
      this.#native = new native.Admin(JSON.stringify(settings), monitor, (...order) => this.#obey(...order));
    } catch (error) {
      throw fromNative(error);
    }
    for (const [event, listener] of Object.entries(this.#onFinding)) guard.on(event, listener);
    if (watch !== null) watch.onPreview = this.#onFinding.growth;
  }

  /** `{ url, socket }`: how it is reached; each may be null. */
  get address() {
    const { addresses } = this.#native;
    const url = addresses.find((address) => address.startsWith('http:')) ?? null;
    const socket = addresses.find((address) => address.startsWith('unix:'))?.slice('unix:'.length) ?? null;
    return { url, socket };
  }

  /** By this the server knows requests that the middleware passes on. */
  get via() {
    return this.#via;
  }

  /** A capture begins, whoever asked for it. */
  capturing(begun) {
    this.#native.capturing(JSON.stringify(begun));
  }

  /** It has ended well. */
  captured(snapshot) {
    this.#native.captured(JSON.stringify(snapshot), this.#diagnosis());
  }

  /** It has failed. */
  notCaptured(error) {
    const { code, message } = coded(error);
    this.#native.notCaptured(code, message);
  }

  /** Closes the server; resolves when its thread has ended. */
  async stop() {
    for (const [event, listener] of Object.entries(this.#onFinding)) this.#guard.off(event, listener);
    this.#explorer?.stop();
    await this.#native.stop();
  }

  // A process that has a port can do without the socket: others then do not find it.
  #socket(admin) {
    try {
      return socketPath();
    } catch (error) {
      if (admin === null) throw error;
      process.emitWarning(`other processes will not find this one: ${describe(error)}`, { type: 'LeakguardWarning', code: error.code });
      return null;
    }
  }

  // What the server's thread asks for. Nothing may be thrown: there is no caller.
  #obey(order, ticket, label, mode) {
    if (order === 'numbers') this.#tell(label === 'watched');
    else if (order === 'explore') this.#explorer?.start();
    else if (order === 'capture') this.#capture(ticket, { label: label ?? 'http', mode: mode ?? undefined });
  }

  #tell(watched) {
    if (this.#watch !== null) this.#watch.watched = watched;
    this.#native.numbers(JSON.stringify(this.#numbers()));
  }

  #numbers() {
    const { heapUsed, heapTotal, external, arrayBuffers, rss } = process.memoryUsage();
    const { heap_size_limit: heapLimit } = v8.getHeapStatistics();
    const { gc: { major, minor }, snapshots: { taken, failed } } = this.#counts();
    const counts = { majorCount: major.count, majorMs: major.ms, minorCount: minor.count, minorMs: minor.ms, taken, failed };
    const { taken: lookTaken, of: lookOf } = this.#watch?.looking ?? { taken: 0, of: 0 };
    return { heapUsed, heapTotal, heapLimit, external, arrayBuffers, rss, ...heapShape(), ...counts, lookTaken, lookOf };
  }

  async #capture(ticket, options) {
    // The loop was busy, and the client has gone meanwhile.
    if (!this.#native.wanted(ticket)) return;
    try {
      await this.#turn();
      const taking = this.#guard.snapshot(options);
      if (this.#guard.capturing !== null) this.#native.capturing(JSON.stringify(this.#guard.capturing), ticket);
      this.#native.settle(ticket, JSON.stringify(await taking));
    } catch (error) {
      const { code, message } = coded(error);
      this.#native.refuse(ticket, code, message);
    }
  }

  // One capture at a time: the guard's own, for which nobody has asked, lets go soon.
  async #turn() {
    const until = performance.now() + TURN_MS;
    while (this.#watch?.looking?.capturing === true && performance.now() < until) await sleep(TURN_MS / 100, undefined, { ref: false });
  }

  #found(finding) {
    const { confirmed, diagnosis } = finding;
    const sentence = diagnosis?.suspects[0]?.sentence ?? (confirmed ? 'memory leaks' : 'memory grows');
    this.#native.found(confirmed, sentence, JSON.stringify(finding));
  }
}

function coded(error) {
  const known = fromNative(error);
  return known instanceof LeakguardError ? known : { code: 'LG_INTERNAL', message: String(error) };
}

// The usual one first.
function captureModes(mode) {
  if (mode === 'inline' || forkUnsupported() !== null) return ['inline'];
  return ['fork', 'inline'];
}

module.exports = { Admin };
