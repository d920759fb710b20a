'use strict';

// Functions to assert on: every way of being asynchronous, with every kind of noise that a healthy function makes, each
// without a leak and with leaks of several sizes. makeCase() gives a fresh function with state of its own.

const { EventEmitter } = require('node:events');
const { PassThrough } = require('node:stream');
const { format } = require('node:util');

const LEAKS = { healthy: 0, '100 B': 100, '1 KB': 1000 };

// What a call awaits.
const KINDS = {
  sync: () => undefined,
  promise: () => Promise.all([Promise.resolve(1), null]),
  immediate: () => new Promise((resolve) => setImmediate(resolve)),
  timer: () => new Promise((resolve) => setTimeout(resolve, 0)),
  stream: async () => {
    const through = new PassThrough();
    through.end('some bytes');
    for await (const chunk of through) chunk.toString();
  },
};

// What a call does besides. Each returns a function with its own bounded state.
const NOISES = {
  none: () => () => {},
  garbage: () => (i) => JSON.parse(JSON.stringify({ at: i, list: [i, 'text', { deep: i }] })),
  log: () => (i) => console.log(format('call %d of %s', i, 'many')),
  cache: () => {
    const cache = new Map();
    return (i) => {
      cache.set(`key ${i}`, { at: i });
      if (cache.size > 500) cache.delete(cache.keys().next().value);
    };
  },
  emitter: () => () => {
    const emitter = new EventEmitter();
    emitter.once('done', () => {});
    emitter.emit('done');
  },
  timers: () => (i) => {
    setTimeout(() => i, 5);
  },
};

/** @returns {{ kind: string, noise: string, leak: string }[]} */
function cases() {
  const all = [];
  for (const kind of Object.keys(KINDS)) {
    for (const noise of Object.keys(NOISES)) for (const leak of Object.keys(LEAKS)) all.push({ kind, noise, leak });
  }
  return all;
}

function makeCase({ kind, noise, leak }) {
  const wait = KINDS[kind];
  const rattle = NOISES[noise]();
  const keep = keeper(LEAKS[leak]);
  if (kind === 'sync') {
    return (i) => {
      rattle(i);
      keep(i);
    };
  }
  return async (i) => {
    rattle(i);
    await wait();
    keep(i);
  };
}

// Keeps an object of about so many bytes per call. 16 of the array's pointer and the object's header come on top.
function keeper(bytes) {
  if (bytes === 0) return () => {};
  const kept = [];
  const slots = Math.max(1, Math.round((bytes - 32) / 8));
  return (i) => {
    kept.push(new Array(slots).fill(i));
  };
}

module.exports = { cases, makeCase };
