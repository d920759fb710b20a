'use strict';

// The inspector of this process's worker threads, by way of the protocol's NodeWorker domain. It reaches a worker
// between two turns and in the midst of JavaScript, and a worker may end meanwhile without harm. (The stream of
// `worker.getHeapSnapshot()` must not outlive its worker: Node then reads freed memory.)

const { setTimeout: sleep } = require('node:timers/promises');

const { LeakguardError } = require('../errors.js');

// The only place where the thread id stands in every version of Node: `[worker 3] name`.
const TITLE = /^\[worker (\d+)\]/;
const START_WITHIN_MS = 1000;
const POLL_MS = 10;

class WorkerInspector {
  #session;
  // Thread id to session id, in the order of the thread ids.
  #sessions = new Map();
  // Requests that are not answered yet, by number: { sessionId, resolve, reject }.
  #pending = new Map();
  #number = 0;
  #onEvent;

  /** @param {(method: string, params: object) => void} [onEvent] gets what the workers say unasked */
  constructor(onEvent = () => {}) {
    this.#onEvent = onEvent;
    try {
      // Absent in builds without inspector, forbidden under --permission.
      const { Session } = require('node:inspector');
      this.#session = new Session();
      this.#session.connect();
    } catch (cause) {
      const advice = 'Run Node with its inspector allowed, or start leakguard inside the worker and capture from there.';
      throw new LeakguardError('LG_CAPTURE_UNSUPPORTED', `worker threads cannot be captured: ${cause.message}`, { cause, advice });
    }
    this.#session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      const [, threadId] = TITLE.exec(workerInfo.title) ?? [];
      if (threadId !== undefined) this.#sessions.set(Number(threadId), sessionId);
    });
    this.#session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => this.#receive(JSON.parse(params.message)));
    this.#session.on('NodeWorker.detachedFromWorker', ({ params }) => this.#ended(params.sessionId));
    // The events for all that run arrive before post() returns.
    this.#session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  /** The ids of the threads that run. */
  get threads() {
    return [...this.#sessions.keys()].sort((a, b) => a - b);
  }

  /** Resolves when a worker can be called: one that has just started makes itself known a moment later. */
  async reach(threadId) {
    for (const deadline = performance.now() + START_WITHIN_MS; !this.#sessions.has(threadId); await sleep(POLL_MS)) {
      if (performance.now() < deadline) continue;
      const running = this.#sessions.size === 0 ? 'none is running' : `running: ${this.threads.join(', ')}`;
      throw new LeakguardError('LG_ARGUMENT', `there is no worker thread ${threadId} (${running})`);
    }
  }

  /** Calls a method in a worker; rejects when the worker ends first. */
  call(threadId, method, params) {
    const sessionId = this.#sessions.get(threadId);
    if (sessionId === undefined) return Promise.reject(failed('the worker has ended'));
    const id = ++this.#number;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { sessionId, resolve, reject });
      this.#session.post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method, params }) }, (failure) => {
        if (failure) this.#settle(id, { failure: failure.message });
      });
    });
  }

  /** Lets go of the workers; V8 forgets the object ids it has handed out there. */
  close() {
    this.#session.disconnect();
    for (const id of this.#pending.keys()) this.#settle(id, { failure: 'its inspector was closed' });
  }

  #receive({ id, method, params, error }) {
    if (id === undefined) this.#onEvent(method, params);
    else this.#settle(id, { failure: error?.message });
  }

  #ended(sessionId) {
    for (const [threadId, known] of this.#sessions) if (known === sessionId) this.#sessions.delete(threadId);
    for (const [id, asked] of this.#pending) if (asked.sessionId === sessionId) this.#settle(id, { failure: 'the worker has ended' });
  }

  #settle(id, { failure }) {
    const { resolve, reject } = this.#pending.get(id) ?? {};
    this.#pending.delete(id);
    if (failure === undefined) resolve?.();
    else reject?.(failed(failure));
  }
}

function failed(why) {
  return new LeakguardError('LG_CAPTURE_FAILED', `the capture failed: ${why}`);
}

module.exports = { WorkerInspector };
