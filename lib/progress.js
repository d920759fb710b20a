'use strict';

// One line on a terminal that says what is going on: `reading  ████████░░░░░░░░  52 %`. Silent when the
// stream is no terminal, so that logs and pipes get only results.

const WIDTH = 24;

class ProgressLine {
  #stream;
  #shown = '';

  /** @param {import('node:tty').WriteStream | NodeJS.WritableStream} stream usually stderr */
  constructor(stream) {
    this.#stream = stream;
  }

  /** Shows a phase; `total` 0 means it is not known how much there is to do. `note` follows the bar. */
  update({ phase, done = 0, total = 0, note = '' }) {
    if (!this.#stream.isTTY) return;
    const part = total > 0 ? Math.min(1, done / total) : 0;
    const full = Math.round(part * WIDTH);
    const bar = total > 0 ? `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${String(Math.floor(part * 100)).padStart(3)} %` : '…';
    const line = `${phase.padEnd(10)} ${bar}  ${note}`.trimEnd().slice(0, (this.#stream.columns ?? 80) - 1);
    if (line === this.#shown) return;
    this.#stream.write(`\r${line}\u001b[K`);
    this.#shown = line;
  }

  /** Takes the line away. */
  clear() {
    if (this.#shown !== '') this.#stream.write('\r\u001b[K');
    this.#shown = '';
  }
}

module.exports = { ProgressLine };
