'use strict';

// Closures and contexts: shared contexts, nested scopes, blocks, loops, generators, suspended async functions,
// bound functions, eval, private names, promises waiting for each other.

const { capture, kept } = require('./capture.js');

function shared(n) {
  const big = new Array(50).fill(n);
  const small = `value ${n}`;
  const unused = () => big.length;
  const used = () => small;
  return n % 2 ? used : [used, unused];
}

function nested(depth, seed) {
  let counter = seed;
  {
    const label = `level ${depth}`;
    const self = { bump: () => ++counter, name: () => label };
    return depth === 0 ? self : { self, inner: nested(depth - 1, counter), over: () => self };
  }
}

function* generator(limit) {
  const seen = [];
  for (let n = 0; n < limit; n++) {
    seen.push({ n });
    yield () => seen;
  }
}

async function suspended(gate, n) {
  const local = { n, text: `waits ${n}` };
  try {
    await gate;
  } finally {
    local.done = true;
  }
  return local;
}

class Counter {
  #count = 0;
  #listeners = new Set();
  static #made = 0;
  constructor() { Counter.#made++; }
  add(listener) { this.#listeners.add(listener); return () => this.#listeners.delete(listener); }
  bump() { this.#count++; for (const listener of this.#listeners) listener(this.#count); }
}

function work(rounds) {
  const gate = new Promise(() => {});
  for (let n = 0; n < rounds; n++) {
    kept.push(shared(n));
    if (n % 10 === 0) kept.push(nested(8, n));
    const steps = generator(5);
    kept.push(steps, steps.next().value, steps.next().value);
    kept.push(suspended(gate, n));
    const counter = new Counter();
    kept.push(counter, counter.add((count) => count + n));
    kept.push(Math.max.bind(null, n, { bound: n }));
    kept.push((0, eval)(`(function sloppy${n % 7}() { return () => ${n}; })()`));
    kept.push(new Function('a', 'b', `return () => a + b + ${n % 3}`)(n, n));
    kept.push(Promise.all([Promise.resolve(n), gate.then(() => n)]));
  }
}

work(300);
capture('a');
work(500);
kept.splice(0, 1000);
capture('b');
