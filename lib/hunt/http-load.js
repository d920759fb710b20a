'use strict';

const { HuntError } = require('./error.js');

// No answer at all for this long means that the app hangs.
const SILENCE_MS = 30_000;

// One batch of HTTP requests: exactly `amount` of them, as fast as `concurrency` connections go.
// Resolves to { iterations, failures, perSecond }: iterations counts answers of any status.
class HttpLoad {
  #target;
  #request;
  #concurrency;
  #signal;
  // How many requests must be sent for one that is answered: see run().
  #sentPerAnswer = 1;

  constructor(target, { concurrency, method, headers, body, signal }) {
    this.#target = target;
    this.#concurrency = concurrency;
    this.#request = { method, headers, body };
    this.#signal = signal;
  }

  async run(amount, { maxMs, onProgress } = {}) {
    // Loaded here: the library and its histograms are of no use to the rest of leakguard.
    const autocannon = require('autocannon');
    this.#signal?.throwIfAborted();
    const { method, headers, body } = this.#request;
    const instance = autocannon({
      url: this.#target.origin,
      requests: this.#target.urls.map((url) => ({ method, headers, body, path: url.pathname + url.search })),
      amount: Math.round(amount * this.#sentPerAnswer),
      connections: Math.min(this.#concurrency, amount),
      // A run ends at the next sample; the default of one second would be most of a short round.
      sampleInt: 20,
      timeout: 60,
    });
    const started = performance.now();
    let answered = 0;
    let failed = 0;
    let lastStatus = 0;
    let lastError = null;
    const silence = setTimeout(() => instance.stop(), SILENCE_MS);
    instance.on('response', (client, status) => {
      answered++;
      silence.refresh();
      if (status >= 400) failed++;
      lastStatus = status;
      onProgress?.(answered, amount);
    });
    instance.on('reqError', (error) => {
      lastError = error;
    });
    const stop = () => instance.stop();
    this.#signal?.addEventListener('abort', stop, { once: true });
    const timer = maxMs === undefined ? undefined : setTimeout(stop, maxMs);
    let sent = 0;
    try {
      ({ requests: { sent } } = await instance);
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
    // An app that answers with `connection: close` never sees the request that was already on its way: of
    // two sent, one counts. From the next batch on, as many more are sent.
    if (this.#sentPerAnswer === 1 && lastError === null && answered < 0.75 * sent) this.#sentPerAnswer = sent / answered;
    const seconds = (performance.now() - started) / 1000;
    return { iterations: answered, failures: failed, perSecond: answered / seconds };
  }
}

module.exports = { HttpLoad };
