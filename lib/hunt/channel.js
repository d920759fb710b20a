'use strict';

const { EventEmitter } = require('node:events');

// A message is one line of JSON. Lines this long mean that the other side is not ours.
const MAX_LINE = 64 * 1024 * 1024;

// Requests and answers over one duplex stream, the same class on both sides.
//
// In: `{ id, method, params }` asks, `{ id, result }` or `{ id, error: { code, message } }` answers,
// `{ event, data }` tells. Handlers may be async; they are answered in the order in which they finish.
// Emits `event` (name, data) and `close` (once, when the other side is gone: pending requests are rejected).
class Channel extends EventEmitter {
  #stream;
  #handlers;
  #pending = new Map();
  #nextId = 1;
  #buffered = '';
  #closed = false;

  constructor(stream, handlers = {}) {
    super();
    this.#stream = stream;
    this.#handlers = handlers;
    stream.setEncoding('utf8');
    stream.on('data', (text) => this.#receive(text));
    // A broken pipe is how the other side ends; `close` follows and says so.
    stream.on('error', () => {});
    stream.on('end', () => stream.destroy());
    stream.on('close', () => this.#close());
  }

  request(method, params) {
    if (this.#closed) return Promise.reject(closedError(method));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { method, resolve, reject });
      this.#send({ id, method, params });
    });
  }

  tell(event, data) {
    if (!this.#closed) this.#send({ event, data });
  }

  destroy() {
    this.#stream.destroy();
  }

  #send(message) {
    this.#stream.write(`${JSON.stringify(message)}\n`);
  }

  #receive(text) {
    this.#buffered += text;
    let end;
    while ((end = this.#buffered.indexOf('\n')) !== -1) {
      const line = this.#buffered.slice(0, end);
      this.#buffered = this.#buffered.slice(end + 1);
      this.#dispatch(line);
    }
    if (this.#buffered.length > MAX_LINE) this.#stream.destroy();
  }

  #dispatch(line) {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      this.#stream.destroy();
      return;
    }
    if (message.event !== undefined) this.emit('event', message.event, message.data);
    else if (message.method !== undefined) this.#answer(message);
    else this.#settle(message);
  }

  async #answer({ id, method, params }) {
    try {
      const handler = this.#handlers[method];
      if (handler === undefined) throw new Error(`no such method: ${method}`);
      const result = await handler(params);
      if (!this.#closed) this.#send({ id, result: result ?? null });
    } catch (error) {
      const { code = 'LG_INTERNAL', message = String(error), stack } = error ?? {};
      if (!this.#closed) this.#send({ id, error: { code, message, stack } });
    }
  }

  #settle({ id, result, error }) {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    if (error === undefined) pending.resolve(result);
    else pending.reject(Object.assign(new Error(error.message), { code: error.code, remoteStack: error.stack }));
  }

  #close() {
    if (this.#closed) return;
    this.#closed = true;
    for (const { method, reject } of this.#pending.values()) reject(closedError(method));
    this.#pending.clear();
    this.emit('close');
  }
}

function closedError(method) {
  return Object.assign(new Error(`the other side went away before it answered '${method}'`), { code: 'LG_HUNT_CLOSED' });
}

module.exports = { Channel };
