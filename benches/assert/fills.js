'use strict';

// Healthy functions whose state has a bound: caches, pools, windows, and what a timer removes again.

const { setTimeout: sleep } = require('node:timers/promises');

const { lru } = require('./matrix.js');

const fills = {
  'cache of 100': () => lru(100),
  'cache of 1000': () => lru(1000),
  'cache of 10,000': () => lru(10_000),
  'cache of 500, 1 ms a call': () => slow(lru(500), 1),
  'cache of 30, 20 ms a call': () => slow(lru(30), 20),
  'keyed by 3000 things': () => {
    const known = new Map();
    return (i) => known.set(`thing ${i % 3000}`, { i });
  },
  'keyed at random': () => {
    const known = new Map();
    return (i) => known.set(Math.floor(Math.random() * 2000), { i });
  },
  memoized: () => {
    const results = {};
    return (i) => (results[`of ${(i * 7) % 400}`] ??= { value: i });
  },
  'numbers in a set': () => {
    const seen = new Set();
    return (i) => {
      if (seen.size > 5000) seen.clear();
      seen.add(i * 1.5);
    };
  },
  'ring of 1000': () => {
    const ring = new Array(1000);
    return (i) => {
      ring[i % 1000] = { i };
    };
  },
  'window of texts': () => {
    const window = [];
    return (i) => {
      window.push(`line ${i} `.repeat(10));
      if (window.length > 200) window.splice(0, 100);
    };
  },
  'random live set': () => {
    const live = new Map();
    return (i) => {
      live.set(i, { i, text: 'x'.repeat(i % 100) });
      for (const key of live.keys()) {
        if (Math.random() < 0.5) break;
        live.delete(key);
      }
      if (live.size > 1000) live.clear();
    };
  },
  'random walk': () => {
    const pool = [];
    return (i) => {
      if (pool.length < 100 && Math.random() < 0.5) pool.push({ i });
      else pool.pop();
    };
  },
  'pool of 50': () => {
    const free = [];
    return async (i) => {
      const taken = Array.from({ length: 1 + (i % 50) }, () => free.pop() ?? { buffer: Buffer.alloc(1000) });
      await null;
      free.push(...taken);
    };
  },
  'entries for 50 ms': () => expiring(50),
  'entries for 300 ms': () => expiring(300),
  'entries for 1 s': () => expiring(1000),
  'timers of 1 s': () => (i) => {
    setTimeout(() => i, 1000);
  },
  'timers of 2 s, unref': () => (i) => {
    setTimeout(() => i, 2000).unref();
  },
  'flushed every 100 ms': () => flushed(100),
  'flushed every second': () => flushed(1000),
  'batch by count': () => {
    let batch = [];
    return async (i) => {
      batch.push({ i });
      if (batch.length < 256) return;
      await null;
      batch = [];
    };
  },
  'queue with a slow consumer': () => {
    const queue = [];
    let busy = false;
    const consume = async () => {
      busy = true;
      while (queue.length > 0) {
        queue.splice(0, 100);
        await sleep(1);
      }
      busy = false;
    };
    return async (i) => {
      queue.push({ i });
      if (!busy) consume();
      await null;
    };
  },
  'lazy tables': () => {
    const tables = new Map();
    return (i) => {
      const size = 2 ** (i % 12);
      if (!tables.has(size)) tables.set(size, Float64Array.from({ length: size }, Math.sqrt));
      return tables.get(size)[i % size];
    };
  },
};

function slow(work, ms) {
  return async (i) => {
    await sleep(ms);
    work(i);
  };
}

function expiring(ms) {
  const entries = new Map();
  return (i) => {
    entries.set(i, { i });
    setTimeout(() => entries.delete(i), ms);
  };
}

function flushed(everyMs) {
  let pending = [];
  const timer = setInterval(() => {
    pending = [];
  }, everyMs);
  return Object.assign((i) => void pending.push({ i, text: `entry ${i}` }), { close: () => clearInterval(timer) });
}

module.exports = { fills };
