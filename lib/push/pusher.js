'use strict';

const { createHash } = require('node:crypto');
const os = require('node:os');
const path = require('node:path');

const native = require('../addon.js');
const { network } = require('./network.js');

const SECOND = 1000;
const MOST_DELAY_MS = 5 * 60 * SECOND;

// Sends summaries to a server: heartbeats and reports at their intervals, leaks when told. Everything that
// takes disk or network happens on threads of the addon; a summary is on disk once its promise is settled.
class Pusher {
  #native;

  // `options`: those of `pushOptions`. `monitor`: the native monitor, whose figures are sent.
  constructor(options, monitor) {
    const { server, appid, secret, headers, ca, logdir, spoolBytes, heartbeatInterval, reportInterval, reconnectDelay, timeout } = options;
    const settings = {
      server,
      appid,
      secret: secret ?? null,
      headers: Object.entries(headers ?? {}),
      network: network(server, { ca }),
      spool: path.join(logdir, 'spool', spoolName(server, appid)),
      spoolBytes,
      heartbeatMs: interval(heartbeatInterval),
      reportMs: interval(reportInterval),
      reconnectMs: reconnectDelay * SECOND,
      mostDelayMs: Math.max(MOST_DELAY_MS, reconnectDelay * SECOND),
      timeoutMs: timeout * SECOND,
      hostname: os.hostname(),
      platform: `${process.platform}-${process.arch}`,
      node: process.version,
    };
    this.#native = new native.Pusher(JSON.stringify(settings), monitor);
  }

  // Resolves to the summary's key once it is on disk.
  report() {
    return this.#native.emitReport();
  }

  leak(diagnosis, { known = false } = {}) {
    return this.#native.emitLeak(JSON.stringify(diagnosis), known);
  }

  // Emitted, delivered, dropped, refused, failures, waiting, lastError; null after stop().
  get counts() {
    return JSON.parse(this.#native.counts() ?? 'null');
  }

  // What has not arrived stays on disk, for the next process.
  stop() {
    this.#native.stop();
  }
}

// Summaries for another server, or of another app, are none of this pusher's business.
function spoolName(server, appid) {
  return createHash('sha256').update(`${server}\n${appid}`).digest('hex').slice(0, 16);
}

function interval(seconds) {
  return seconds === false ? null : Math.max(1, Math.round(seconds * SECOND));
}

// PUTs a kept snapshot to a URL that was signed for it beforehand. Throws what the server said.
async function upload(file, url, { timeout = 300, ca } = {}) {
  const refusal = await native.uploadFile(url, file, timeout * SECOND, JSON.stringify(network(url, { ca })));
  if (refusal !== null) throw new Error(`the snapshot was not uploaded: ${refusal}`);
}

module.exports = { Pusher, upload };
