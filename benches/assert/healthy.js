'use strict';

// Healthy functions, each with something that may be taken for a leak: what fills up, what comes late, what goes away by
// itself a moment later, what V8 and Node keep for themselves. Each make() gives a fresh function; what it opens for all
// of its calls it hangs on `close`.

const { AsyncLocalStorage } = require('node:async_hooks');
const { execFile } = require('node:child_process');
const { createHash, pbkdf2, randomBytes } = require('node:crypto');
const { channel } = require('node:diagnostics_channel');
const dns = require('node:dns/promises');
const { EventEmitter, addAbortListener, once } = require('node:events');
const { closeSync, createReadStream, createWriteStream, openSync, writeSync } = require('node:fs');
const { open, readFile } = require('node:fs/promises');
const { Module, builtinModules } = require('node:module');
const { createInterface } = require('node:readline');
const { Readable, Transform, Writable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');
const { inspect, promisify } = require('node:util');
const vm = require('node:vm');
const { gzip, gzipSync } = require('node:zlib');

const { fills } = require('./fills.js');
const { network } = require('./network.js');

const gzipped = promisify(gzip);
const derived = promisify(pbkdf2);
const ran = promisify(execFile);
const text = 'some text that takes a little room '.repeat(20);

const language = {
  closures: () => (i) => Array.from({ length: 10 }, (_, k) => () => i + k).map((f) => f()),
  'class per call': () => (i) => new (class Local { constructor() { this.i = i; } })(),
  'new Function': () => (i) => new Function(`return ${i % 50}`)(),
  regexp: () => (i) => new RegExp(`a${i % 200}`).exec(`xa${i}`),
  intl: () => (i) => new Intl.NumberFormat('de').format(i),
  dates: () => (i) => new Date(i * 1e6).toLocaleString(),
  errors: () => (i) => {
    try {
      throw new Error(`number ${i}`);
    } catch (error) {
      return error.stack.length;
    }
  },
  'strings built': () => {
    let last = '';
    return (i) => {
      let built = '';
      for (let k = 0; k < 100; k++) built += `${k}:${i} `;
      last = built.trim();
      return last;
    };
  },
  'many shapes': () => (i) => ({ [`field${i % 300}`]: i, [`other${i % 7}`]: i }),
  'random keys': () => {
    const table = {};
    return (i) => {
      table[`k${i}`] = i;
      delete table[`k${i - 100}`];
    };
  },
  weakrefs: () => {
    const recent = [];
    return (i) => {
      recent.push(new WeakRef({ i }));
      if (recent.length > 10) recent.shift().deref();
    };
  },
  finalizers: () => {
    const registry = new FinalizationRegistry(() => {});
    return (i) => registry.register({ i }, i);
  },
  weakmap: () => {
    const data = new WeakMap();
    return (i) => data.set({ i }, { text: `${i}` });
  },
  generators: () => async (i) => {
    const counted = async function* () {
      yield i;
      yield i + 1;
    };
    for await (const value of counted()) value.toString();
  },
  proxies: () => (i) => new Proxy({ i }, { get: (target, name) => Reflect.get(target, name) }).i,
  sparse: () => (i) => [i, , 3, i + 0.5].sort().concat([{ i }]), // eslint-disable-line no-sparse-arrays
  'vm contexts': () => (i) => vm.runInNewContext('value + 1', { value: i }),
  'vm scripts': () => (i) => new vm.Script(`(${i % 100}) + 1`).runInThisContext(),
  wasm: () => {
    const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    return () => WebAssembly.instantiate(bytes);
  },
  'lazy modules': () => {
    const names = builtinModules.filter((name) => !/^_|deprecat|punycode|sys|domain|trace_events|wasi|inspector|repl/.test(name));
    return (i) => require(names[i % names.length]);
  },
  'module made': () => (i) => new Module(`m${i % 5}`)._compile('module.exports = 1', `/m${i % 5}.js`),
};

const asynchronous = {
  'next ticks': () => (i) => {
    process.nextTick(() => i);
  },
  microtasks: () => (i) => {
    queueMicrotask(() => i);
    Promise.resolve(i).then(() => i);
  },
  immediates: () => (i) => {
    setImmediate(() => i);
  },
  race: () => async (i) => {
    const aborted = new AbortController();
    await Promise.race([sleep(1000, i, { signal: aborted.signal }).catch(() => {}), Promise.resolve(i)]);
    aborted.abort();
  },
  'abort timeouts': () => async () => {
    const signal = AbortSignal.timeout(1000);
    await Promise.resolve(signal.aborted);
  },
  'abort listeners': () => () => {
    const { signal } = new AbortController();
    addAbortListener(signal, () => {})[Symbol.dispose]?.();
  },
  'event target': () => (i) => {
    const target = new EventTarget();
    target.addEventListener('x', () => i, { once: true });
    target.dispatchEvent(new Event('x'));
  },
  'listeners removed': () => {
    const bus = new EventEmitter();
    return (i) => {
      const listener = () => i;
      bus.on('x', listener);
      bus.emit('x');
      bus.off('x', listener);
    };
  },
  'event awaited': () => async (i) => {
    const emitter = new EventEmitter();
    setImmediate(() => emitter.emit('ready', i));
    await once(emitter, 'ready');
  },
  'local storage': () => {
    const storage = new AsyncLocalStorage();
    return (i) => storage.run({ i }, async () => (await null, storage.getStore().i));
  },
  debounce: () => {
    let timer;
    return (i) => {
      clearTimeout(timer);
      timer = setTimeout(() => i, 50);
    };
  },
  'sleep 2 ms': () => () => sleep(2),
  'message channel': () => async (i) => {
    const { port1, port2 } = new MessageChannel();
    const received = new Promise((resolve) => port2.once('message', resolve));
    port1.postMessage({ i });
    await received;
    port1.close();
  },
  channels: () => {
    const topic = channel('leakguard:bench');
    return (i) => topic.publish({ i });
  },
};

const inputOutput = {
  log: () => (i) => console.log('request %d took %s', i, { ms: i / 3, text }),
  'log errors': () => (i) => {
    if (i % 50 === 0) console.error(new Error('expected'));
    console.debug('%o', [i]);
  },
  'log async': () => async (i) => {
    console.log('before', i);
    await null;
    console.table([{ i }]);
  },
  timed: () => (i) => {
    console.time('work');
    inspect({ i, deep: { deeper: [text] } });
    console.timeEnd('work');
  },
  marks: () => () => {
    performance.mark('a');
    performance.measure('b', 'a');
    performance.clearMarks();
    performance.clearMeasures();
  },
  'read file': () => () => readFile(__filename, 'utf8'),
  'open file': () => async () => {
    const file = await open(__filename);
    await file.stat();
    await file.close();
  },
  'write sync': () => {
    const fd = openSync('/dev/null', 'w');
    return Object.assign((i) => writeSync(fd, `${i}\n`), { close: () => closeSync(fd) });
  },
  'write stream': () => {
    const stream = createWriteStream('/dev/null');
    return Object.assign((i) => void stream.write(`${text}${i}\n`), { close: () => stream.destroy() });
  },
  'read stream': () => () => pipeline(createReadStream(__filename), new Writable({ write: (_chunk, _encoding, done) => done() })),
  'read lines': () => async () => {
    for await (const line of createInterface({ input: Readable.from(['a\nb\n', 'c\n']) })) line.trim();
  },
  transform: () => (i) => {
    const twice = new Transform({ transform: (chunk, _encoding, done) => done(null, chunk.toString().repeat(2)) });
    return pipeline(Readable.from([`${i}`]), twice, new Writable({ write: (_chunk, _encoding, done) => done() }));
  },
  'web streams': () => async (i) => {
    const stream = new Blob([`${i}`, text]).stream().pipeThrough(new TextDecoderStream());
    for await (const part of stream) part.trim();
  },
  gzip: () => () => gzipped(text),
  'gzip sync': () => () => gzipSync(text),
  crypto: () => (i) => createHash('sha256').update(`${i}`).update(randomBytes(16)).digest('hex'),
  pbkdf2: () => (i) => derived(`${i}`, 'salt', 1, 32, 'sha256'),
  buffers: () => (i) => [Buffer.from(text), Buffer.alloc(65_536), new Float64Array(100).fill(i)].length,
  clone: () => (i) => structuredClone(new Map([[i, { text, at: new Date(i) }]])),
  url: () => (i) => new URL(`/a?b=${i}`, 'http://localhost').searchParams.get('b'),
  lookup: () => () => dns.lookup('127.0.0.1'),
  process: () => () => ran('/bin/true'),
};

/** @returns {{ id: string, leak: 0, make: () => Function }[]} */
function healthy() {
  const groups = { language, asynchronous, 'input and output': inputOutput, fills, network };
  return Object.entries(groups).flatMap(([group, cases]) =>
    Object.entries(cases).map(([name, make]) => ({ id: `${group}/${name}`, leak: 0, make })),
  );
}

module.exports = { healthy };
