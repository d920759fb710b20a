'use strict';

// Functions that leak, each in another way, about 100 bytes per call unless it says otherwise.

const { AsyncLocalStorage } = require('node:async_hooks');
const { EventEmitter } = require('node:events');
const { PassThrough } = require('node:stream');

const payload = (i) => ({ i, list: [i, i + 1, i + 2] });

const leaks = {
  array: () => {
    const kept = [];
    return (i) => kept.push(payload(i));
  },
  map: () => {
    const kept = new Map();
    return (i) => kept.set(`user ${i}`, payload(i));
  },
  set: () => {
    const kept = new Set();
    return (i) => kept.add(payload(i));
  },
  dictionary: () => {
    const kept = {};
    return (i) => {
      kept[`user ${i}`] = payload(i);
    };
  },
  'instance field': () => {
    class Store {
      #items = [];
      add(item) {
        this.#items.push(item);
      }
    }
    const store = new Store();
    return (i) => store.add(payload(i));
  },
  'nested lists': () => {
    const topics = new Map();
    return (i) => {
      const topic = `topic ${i % 50}`;
      if (!topics.has(topic)) topics.set(topic, []);
      topics.get(topic).push(payload(i));
    };
  },
  'linked list': () => {
    let head = null;
    return (i) => {
      head = { i, next: head, data: payload(i) };
    };
  },
  'closure chain': () => {
    let last = () => 0;
    return (i) => {
      const before = last;
      last = () => i + typeof before;
    };
  },
  'weakmap with kept keys': () => {
    const kept = [];
    const data = new WeakMap();
    return (i) => {
      const key = { i };
      kept.push(key);
      data.set(key, payload(i));
    };
  },
  'emitter listeners': () => {
    const bus = new EventEmitter().setMaxListeners(0);
    return (i) => bus.on('change', () => i);
  },
  'event target listeners': () => {
    const target = new EventTarget();
    return (i) => target.addEventListener('change', () => i);
  },
  'abort signal listeners': () => {
    const { signal } = new AbortController();
    return async (i) => {
      signal.addEventListener('abort', () => i);
      await null;
    };
  },
  intervals: () => (i) => {
    setInterval(() => i, 3_600_000).unref();
  },
  'late timers': () => (i) => {
    setTimeout(() => i, 3_600_000).unref();
  },
  'promises that wait': () => {
    const waiting = [];
    return (i) => {
      waiting.push(new Promise(() => {}).then(() => i));
    };
  },
  'async functions that wait': () => {
    const never = new Promise(() => {});
    return (i) => {
      const wait = async () => {
        await never;
        return i;
      };
      wait();
    };
  },
  'local storage': () => {
    const storage = new AsyncLocalStorage();
    const kept = [];
    return async (i) => {
      await storage.run(payload(i), async () => kept.push(storage.getStore()));
    };
  },
  'after a timer': () => {
    const kept = [];
    return (i) => new Promise((resolve) => setTimeout(() => resolve(kept.push(payload(i))), 1));
  },
  'one in ten, 1 KB': () => {
    const kept = [];
    return (i) => {
      if (i % 10 === 0) kept.push(new Array(120).fill(i));
    };
  },
  'some at random': () => {
    const kept = [];
    return (i) => {
      if (Math.random() < 0.3) kept.push({ ...payload(i), text: `text ${i}`.repeat(10) });
    };
  },
  'behind a cache': () => {
    const cache = new Map();
    const evicted = [];
    return (i) => {
      cache.set(i, payload(i));
      if (cache.size < 300) return;
      const [key, value] = cache.entries().next().value;
      cache.delete(key);
      evicted.push(value);
    };
  },
  'errors kept': () => {
    const errors = [];
    return (i) => errors.push(new Error(`number ${i}`));
  },
  'texts kept': () => {
    const texts = [];
    return (i) => texts.push(`${i} `.repeat(16));
  },
  'text that grows': () => {
    const state = { text: '' };
    return (i) => {
      state.text += `${i}: something happened that took a line in this log, and it is kept as long as that\n`;
    };
  },
  'numbers in an array, 8 B': () => {
    const numbers = [];
    return (i) => numbers.push(i);
  },
  'numbers in a set, 16 B': () => {
    const numbers = new Set();
    return (i) => numbers.add(i);
  },
  'numbers in a map, 24 B': () => {
    const numbers = new Map();
    return (i) => numbers.set(i, i + 1);
  },
  'typed array that grows': () => {
    const state = { data: new Float64Array(0) };
    return async (i) => {
      const grown = new Float64Array(state.data.length + 13);
      grown.set(state.data);
      grown[0] = i;
      state.data = grown;
      await null;
    };
  },
  'small buffers': () => {
    const kept = [];
    return (i) => kept.push(Buffer.from(`buffer number ${i}`.repeat(5)));
  },
  'large buffers, 16 KB': () => {
    const kept = [];
    return (i) => kept.push(Buffer.alloc(16_384, i));
  },
  'array buffers, 1 KB': () => {
    const kept = [];
    return (i) => kept.push(new Uint8Array(1024).fill(i));
  },
  'streams, 2 KB': () => {
    const kept = [];
    return async (i) => {
      const stream = new PassThrough();
      stream.write(`${i}`);
      kept.push(stream);
      await null;
    };
  },
  'class statics': () => {
    class Registry {
      static all = [];
    }
    return (i) => Registry.all.push(payload(i));
  },
  globals: () => (i) => {
    globalThis.leakguardBench ??= [];
    globalThis.leakguardBench.push(payload(i));
  },
  'process listeners': () => {
    process.setMaxListeners(0);
    return (i) => process.on('leakguard:bench', () => i);
  },
  'bound functions': () => {
    const handlers = [];
    return (i) => handlers.push(payload.bind(null, i));
  },
  sessions: () => {
    class Session {
      constructor(user) {
        this.user = user;
        this.at = Date.now();
        this.messages = [];
      }
    }
    const sessions = new Map();
    return async (i) => {
      const session = new Session(`user ${i}`);
      sessions.set(i, session);
      await null;
      session.messages.push('hello');
    };
  },
};

/** @returns {{ id: string, leak: 100, make: () => Function }[]} */
function ways() {
  return Object.entries(leaks).map(([name, make]) => ({ id: `way/${name}`, leak: 100, make }));
}

module.exports = { ways };
