'use strict';

// Which file each script id of a snapshot's `locations` stands for, asked of V8's own debugger: the only
// place that knows. Takes about 20 ms, runs no code of the app, pauses nothing.

/** Follows the scripts of this isolate from now until `close()`. */
class ScriptTable {
  #session = null;
  #scripts = [];

  constructor() {
    try {
      // Absent in builds without inspector, forbidden under --permission.
      const { Session } = require('node:inspector');
      const session = new Session();
      session.connect();
      this.#session = session;
    } catch {
      return;
    }
    this.#session.on('Debugger.scriptParsed', ({ params: { scriptId, url, sourceMapURL = '' } }) => {
      if (url !== '') this.#scripts.push({ id: Number(scriptId), url, sourceMapUrl: sourceMapURL });
    });
    // The events for all scripts loaded so far arrive before post() returns.
    this.#session.post('Debugger.enable');
  }

  /** @returns {{ id: number, url: string, sourceMapUrl: string }[]} empty when there is no inspector */
  list() {
    return this.#scripts;
  }

  /**
   * Lets go of the debugger. Any inspector session that ends, this one too, makes V8 forget the object
   * ids it has handed out (V8HeapProfilerAgentImpl::disable), with or without our asking.
   */
  close() {
    this.#session?.disconnect();
    this.#session = null;
  }
}

module.exports = { ScriptTable };
