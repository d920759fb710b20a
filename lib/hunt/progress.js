'use strict';

const { formatBytes } = require('../bytes.js');

const BAR_WIDTH = 24;
const REDRAW_MS = 80;

// Shows how a hunt gets on: a line with a bar for each phase and the heap in use, redrawn in place on a
// terminal; elsewhere (a log, a pipe) one plain line per finished phase.
//
// In: the events of hunt()'s onProgress. Out: text on `stream`, which is stderr: stdout is for the result.
class HuntProgress {
  #stream;
  #live;
  #open = null;
  #drawn = 0;

  constructor(stream = process.stderr) {
    this.#stream = stream;
    this.#live = stream.isTTY === true && process.env.TERM !== 'dumb';
  }

  update(event) {
    const key = `${event.phase} ${event.round ?? ''}`;
    if (this.#open !== null && this.#open.key !== key) this.#close();
    this.#open ??= { key, event };
    this.#open.event = { ...this.#open.event, ...event };
    if (event.step === 'done') this.#close();
    else this.#draw();
  }

  // Ends the line that is open, whatever it shows.
  stop() {
    if (this.#open !== null) this.#close();
  }

  #draw() {
    if (!this.#live) return;
    const now = Date.now();
    if (now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    this.#stream.write(`\r${this.#line()}\x1b[K`);
  }

  #close() {
    const line = this.#line();
    this.#stream.write(this.#live ? `\r${line}\x1b[K\n` : `${line.trimEnd()}\n`);
    this.#open = null;
  }

  #line() {
    const { phase, round, step, done = 0, total = 0, heapUsed } = this.#open.event;
    const name = (round === undefined ? phase : `${phase} ${round}`).padEnd(10);
    const part = step === 'done' || step === 'capture' || total === 0 ? 1 : Math.min(1, done / total);
    const filled = Math.round(part * BAR_WIDTH);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
    const heap = heapUsed === undefined ? '' : `heap ${formatBytes(heapUsed).padStart(8)}`;
    
    return `${name}${this.#live ? ` ${bar} ` : ' '}${state(this.#open.event).padEnd(12)} ${heap}`;
  }
}

function state({ phase, step, done, total }) {
  if (step === 'capture') return 'capturing';
  if (phase === 'warm-up' || phase === 'round') return `${done}/${total}`;
  return step === 'done' ? 'done' : '…';
}

module.exports = { HuntProgress };
