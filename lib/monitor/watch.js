'use strict';

const { subscribe, unsubscribe } = require('node:diagnostics_channel');

const { describe } = require('../errors.js');
const { Recorder } = require('../hunt/recorder.js');
const { OtlpExporter } = require('../otlp/exporter.js');
const { Pusher } = require('../push/pusher.js');
const { renderDiagnosis } = require('../render.js');
const { Alarm } = require('./alarm.js');
const { KnownLeaks } = require('./known-leaks.js');
const { Monitor } = require('./monitor.js');

const MINUTE = 60_000;
const MIB = 2 ** 20;
// Published by node:http for every request that a server of this process gets.
const REQUESTS = 'http.server.request.start';

// What a guard does by itself: monitor, alarm, push. Emits on the guard
//   'growth' when something grows that may still be a cache: { confirmed: false, since, state, diagnosis }
//   'leak' when something leaks: the same with confirmed: true; `since`: when it was first reported
// and writes one block to stderr for each that is new.
class Watch {
  #guard;
  #monitor;
  #alarm;
  #pusher = null;
  #otlp = null;
  #requests = 0;
  // Somebody has the page open.
  #watched = false;
  /** Gets a finding that is only likely yet. @type {((finding: object) => void) | null} */
  onPreview = null;
  #count = () => {
    this.#requests++;
  };

  constructor(guard, { onLeak, leakMinutes, eager, lowPriority, captureCpuPercent, probePauseMs, push, otlp, snapshotDir }) {
    this.#guard = guard;
    subscribe(REQUESTS, this.#count);
    const requests = () => (this.#requests > 0 ? this.#requests : null);
    this.#monitor = new Monitor({ probePauseMs, requests });
    this.#alarm = new Alarm(this.#monitor, {
      policy: onLeak,
      cooldownMs: leakMinutes * MINUTE,
      known: new KnownLeaks(push === false ? snapshotDir : push.logdir),
      report: (finding) => this.#report(finding),
      requests,
      eager: () => eager || this.#watched,
      preview: (finding) => this.onPreview?.(finding),
      recorder: (unit, { hurried }) => new Recorder({ unit, mode: 'fork', lowPriority: lowPriority && !hurried, cpuPercent: captureCpuPercent === false ? 0 : captureCpuPercent }),
    });
    if (push !== false) this.#pusher = new Pusher(push, this.#monitor.native);
    if (otlp !== false) this.#otlp = new OtlpExporter(otlp, this.#monitor.native);
  }

  get state() {
    return this.#monitor.state;
  }

  // The look at what grows that is under way, as { taken, of, capturing }; null while there is none.
  get looking() {
    return this.#alarm.looking;
  }

  set watched(watched) {
    this.#watched = watched;
  }

  get pushed() {
    return this.#pusher?.counts ?? null;
  }

  // The addon's half of the monitor.
  get native() {
    return this.#monitor.native;
  }

  metrics(captures) {
    return { text: this.#monitor.metrics(captures), contentType: this.#monitor.metricsContentType };
  }

  stop() {
    unsubscribe(REQUESTS, this.#count);
    this.#alarm.stop();
    this.#pusher?.stop();
    this.#otlp?.stop();
    this.#monitor.stop();
  }

  async #report({ error, ...finding }) {
    if (error !== undefined) return this.#fail(error);
    const { confirmed, since, diagnosis } = finding;
    if (since === null) process.stderr.write(block(finding));
    if (diagnosis !== null) await this.#pusher?.leak(diagnosis, { known: since !== null });
    else await this.#pusher?.report();
    if (diagnosis !== null) this.#otlp?.leak(diagnosis, { known: since !== null });
    this.#guard.emit(confirmed ? 'leak' : 'growth', finding);
  }

  #fail(error) {
    if (this.#guard.listenerCount('error') > 0) this.#guard.emit('error', error);
    else process.emitWarning(describe(error), { type: 'LeakguardWarning', code: error.code });
  }
}

// For the log: what is known, readable at a glance.
function block({ confirmed, state, diagnosis }) {
  const { area, bytesPerHour, timeLeftMs } = state;
  const rate = `${(bytesPerHour / MIB).toFixed(1)} MB per hour`;
  const left = timeLeftMs === null ? '' : `, the limit is met in ${duration(timeLeftMs)}`;
  const headline = confirmed
    ? `leakguard: this process (${process.pid}) leaks memory: ${rate}${left} (${area ?? 'js-heap'})`
    : `leakguard: memory of this process (${process.pid}) grows: ${rate}${left}. A cache that fills looks the same; if it goes on, it is a leak`;
  const text = diagnosis === null ? '' : renderDiagnosis(diagnosis, {}, { confirmed });
  return `${headline}\n${text}${text === '' || text.endsWith('\n') ? '' : '\n'}`;
}

function duration(ms) {
  const hours = ms / (60 * MINUTE);
  if (hours < 1) return `${Math.max(1, Math.round(ms / MINUTE))} minutes`;
  return hours < 48 ? `${hours.toFixed(1)} hours` : `${Math.round(hours / 24)} days`;
}

module.exports = { Watch };
