'use strict';

const http = require('node:http');
const https = require('node:https');
const { once } = require('node:events');

// A server may close a connection at the very moment a request goes out on it; the request is then sent once more.
const STALE = new Set(['ECONNRESET', 'EPIPE']);

// One connection that stays open for the whole hunt, as a load balancer's does, with one request at a time on it.
// The others live for one batch: what an app adds to each connection it serves goes with them, and piles up on this one.
class SteadyConnection {
  #protocol;
  #agent;
  #urls;
  #options;
  #body;
  #turn = 0;

  constructor(urls, { method, headers, body }) {
    this.#protocol = urls[0].protocol === 'https:' ? https : http;
    this.#agent = new this.#protocol.Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    this.#urls = urls;
    this.#options = { agent: this.#agent, method, headers };
    this.#body = body;
  }

  // Sends `amount` requests, fewer when `signal` is raised. Errors go to `onError`: the batch goes on.
  async run(amount, { signal, onResponse, onError }) {
    for (let i = 0; i < amount && !signal.aborted; i++) {
      try {
        onResponse(await this.#send(signal));
      } catch (error) {
        if (!signal.aborted) onError(error);
      }
    }
  }

  async #send(signal, again = true) {
    const request = this.#protocol.request(this.#urls[this.#turn % this.#urls.length], { ...this.#options, signal });
    try {
      request.end(this.#body);
      const [response] = await once(request, 'response');
      response.resume();
      await once(response, 'close');
      this.#turn++;
      return response.statusCode;
    } catch (error) {
      if (again && request.reusedSocket && STALE.has(error.code)) return this.#send(signal, false);
      throw error;
    }
  }

  close() {
    this.#agent.destroy();
  }
}

module.exports = { SteadyConnection };
