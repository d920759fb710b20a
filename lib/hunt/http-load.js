'use strict';

const { HuntError } = require('./error.js');
const { SteadyConnection } = require('./steady-connection.js');

// No answer at all for this long means that the app hangs.
const SILENCE_MS = 30_000;

// Batches of HTTP requests: exactly `amount` of them, as fast as `concurrency` connections go, one of which stays open
// from batch to batch. Resolves to { iterations, failures, perSecond }: iterations counts answers of any status.
class HttpLoad {
  #target;
  #request;
  #concurrency;
  #signal;
  #steady;
  // How many requests must be sent for one that is answered: see #burst().
  #sentPerAnswer = 1;

  constructor(target, { concurrency, method, headers, body, signal }) {
    this.#target = target;
    this.#concurrency = concurrency;
    this.#request = { method, headers, body };
    this.#signal = signal;
    this.#steady = new SteadyConnection(target.urls, this.#request);
  }

  async run(amount, { maxMs, onProgress } = {}) {
    this.#signal?.throwIfAborted();
    const started = performance.now();
    const connections = Math.min(this.#concurrency, amount);
    const share = Math.floor(amount / connections);
    const end = new AbortController();
    const stop = () => end.abort();
    const silence = setTimeout(stop, SILENCE_MS);
    const timer = maxMs === undefined ? undefined : setTimeout(stop, maxMs);
    this.#signal?.addEventListener('abort', stop, { once: true });
    let answered = 0;
    let failed = 0;
    let lastStatus = 0;
    let lastError = null;
    const heard = {
      signal: end.signal,
      onResponse: (status) => {
        answered++;
        silence.refresh();
        if (status >= 400) failed++;
        lastStatus = status;
        onProgress?.(answered, amount);
      },
      onError: (error) => {
        lastError = error;
      },
    };
    try {
      await Promise.all([this.#steady.run(share, heard), this.#burst(amount - share, connections - 1, heard)]);
    } finally {
      clearTimeout(timer);
      clearTimeout(silence);
      this.#signal?.removeEventListener('abort', stop);
    }
    this.#signal?.throwIfAborted();
    if (answered === 0) {
      const why = lastError === null ? `: silence for ${SILENCE_MS / 1000} s` : `: ${lastError.message}`;
      throw new HuntError('LG_HUNT_REQUESTS_FAILED', `the app answered none of the requests to ${this.#target.urls[0]}${why}`);
    }
    if (failed === answered) {
      throw new HuntError(
        'LG_HUNT_REQUESTS_FAILED',
        `all ${answered} requests to ${this.#target.urls[0]} failed, the last with status ${lastStatus}: ` +
          'check the path, --method, --header and --body',
      );
    }
    const seconds = (performance.now() - started) / 1000;
    return { iterations: answered, failures: failed, perSecond: answered / seconds };
  }

  // The connections that live for this batch.
  async #burst(amount, connections, { signal, onResponse, onError }) {
    if (connections === 0) return;
    // Loaded here: the library and its histograms are of no use to the rest of leakguard.
    const autocannon = require('autocannon');
    const { method, headers, body } = this.#request;
    const instance = autocannon({
      url: this.#target.origin,
      requests: this.#target.urls.map((url) => ({ method, headers, body, path: url.pathname + url.search })),
      amount: Math.round(amount * this.#sentPerAnswer),
      connections,
      // A run ends at the next sample; the default of one second would be most of a short round.
      sampleInt: 20,
      timeout: 60,
    });
    let answered = 0;
    let whole = true;
    instance.on('response', (client, status) => {
      answered++;
      onResponse(status);
    });
    instance.on('reqError', (error) => {
      whole = false;
      onError(error);
    });
    signal.addEventListener('abort', () => instance.stop(), { once: true });
    const { requests: { sent } } = await instance;
    // An app that answers with `connection: close` never sees the request that was already on its way: of
    // two sent, one counts. From the next batch on, as many more are sent.
    if (this.#sentPerAnswer === 1 && whole && answered > 0 && answered < 0.75 * sent) this.#sentPerAnswer = sent / answered;
  }

  close() {
    this.#steady.close();
  }
}

module.exports = { HttpLoad };
