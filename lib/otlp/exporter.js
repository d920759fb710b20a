'use strict';

const os = require('node:os');

const native = require('../addon.js');
const { network } = require('../push/network.js');

const SECOND = 1000;

// Sends metrics and findings to an OpenTelemetry collector, from a thread of the addon.
class OtlpExporter {
  #native;

  // `options`: those of `otlpOptions`. `monitor`: the native monitor, whose figures are sent.
  constructor({ endpoint, service, headers, interval, timeout }, monitor) {
    const settings = {
      endpoint,
      headers: Object.entries(headers),
      network: network(endpoint),
      intervalMs: Math.round(interval * SECOND),
      timeoutMs: Math.round(timeout * SECOND),
      service,
      hostname: os.hostname(),
      node: process.version,
    };
    this.#native = new native.Otlp(JSON.stringify(settings), monitor);
  }

  leak(diagnosis, { known = false } = {}) {
    this.#native.leak(JSON.stringify(diagnosis), known);
  }

  get lastError() {
    return this.#native.lastError ?? null;
  }

  stop() {
    this.#native.stop();
  }
}

module.exports = { OtlpExporter };
