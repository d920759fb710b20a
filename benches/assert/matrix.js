'use strict';

// The generated part of the corpus: every way of awaiting, with every kind of noise, without a leak and with one of every
// size. Each make() gives a fresh function with state of its own.

const { EventEmitter } = require('node:events');
const { stat } = require('node:fs/promises');
const { PassThrough } = require('node:stream');
const { format } = require('node:util');

// Bytes that stay per call, about.
const SIZES = [0, 32, 100, 1000, 10_000, 100_000];

// What a call awaits.
const KINDS = {
  sync: null,
  promise: () => Promise.all([Promise.resolve(1), null]),
  immediate: () => new Promise((resolve) => setImmediate(resolve)),
  timer: () => new Promise((resolve) => setTimeout(resolve, 0)),
  file: () => stat(__filename),
  stream: async () => {
    const through = new PassThrough();
    through.end('some bytes');
    for await (const chunk of through) chunk.toString();
  },
};

// What a call does besides. Each gives a function with its own bounded state.
const NOISES = {
  none: () => () => {},
  garbage: () => (i) => JSON.parse(JSON.stringify({ at: i, list: [i, 'text', { deep: i }] })),
  log: () => (i) => console.log(format('call %d of %s', i, 'many')),
  cache: () => lru(500),
  emitter: () => () => {
    const emitter = new EventEmitter();
    emitter.once('done', () => {});
    emitter.emit('done');
  },
  timers: () => (i) => {
    setTimeout(() => i, 5);
  },
  buffers: () => {
    const recent = [];
    return (i) => {
      recent.push(Buffer.from(`chunk ${i}`.repeat(50)));
      if (recent.length > 50) recent.shift();
    };
  },
  random: () => {
    let live = [];
    return (i) => {
      live.push({ i });
      if (live.length > 200 * Math.random()) live = live.slice(live.length >> 1);
    };
  },
};

function lru(most) {
  const cache = new Map();
  return (i) => {
    cache.set(`key ${i}`, { at: i });
    if (cache.size > most) cache.delete(cache.keys().next().value);
  };
}

/** @returns {{ id: string, leak: number, make: () => Function }[]} */
function matrix() {
  const all = [];
  for (const kind of Object.keys(KINDS)) {
    for (const noise of Object.keys(NOISES)) {
      for (const leak of SIZES) all.push({ id: `${kind}/${noise}/${leak}`, leak, make: () => made(kind, noise, leak) });
    }
  }
  return all;
}

function made(kind, noise, leak) {
  const wait = KINDS[kind];
  const rattle = NOISES[noise]();
  const keep = keeper(leak);
  if (wait === null) {
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

// An array and its elements take 32 bytes more than the elements; the reference to it takes 8.
function keeper(bytes) {
  const kept = [];
  if (bytes === 0) return () => {};
  if (bytes < 64) return (i) => kept.push({ i });
  return (i) => kept.push(new Array(Math.round((bytes - 40) / 8)).fill(i));
}

module.exports = { lru, matrix };
