'use strict';

// node --max-old-space-size=12000 benches/heap.js OUT MEGABYTES: builds a real heap whose snapshot is about that big and
// writes it. Half of it is what the TypeScript compiler makes of its own library (syntax trees, symbols, maps,
// resolved types), half what a server keeps: sessions with headers, timers, closures, caches, buffers, text.

const { randomUUID } = require('node:crypto');
const { EventEmitter } = require('node:events');
const { readFileSync, readdirSync, statSync } = require('node:fs');
const { dirname, join } = require('node:path');
const v8 = require('node:v8');
const ts = require('typescript');

const LIBRARY = dirname(require.resolve('typescript'));
/** Found by trying: bytes of snapshot per byte of heap used, on the mix below. */
const SNAPSHOT_PER_HEAP_BYTE = 1.55;

const kept = (globalThis.kept = { programs: [], sessions: new Map(), bus: new EventEmitter().setMaxListeners(0), cache: new WeakMap() });

/** One compilation: every syntax tree anew, bound and with all declarations resolved. */
function compile(n) {
  const names = readdirSync(LIBRARY).filter((name) => /^lib\.(es|decorators).*\.d\.ts$/.test(name));
  const files = new Map(names.map((name) => [`/${name}`, readFileSync(join(LIBRARY, name), 'utf8') + `\n// ${n}`]));
  const host = {
    ...ts.createCompilerHost({}), fileExists: (name) => files.has(name), readFile: (name) => files.get(name), getSourceFile: (name) =>
      files.has(name) ? ts.createSourceFile(name, files.get(name), ts.ScriptTarget.ESNext, true) : undefined,
  };
  const program = ts.createProgram([...files.keys()], { noLib: true, noEmit: true, types: [] }, host);
  const checker = program.getTypeChecker();
  for (const file of program.getSourceFiles()) {
    ts.forEachChild(file, (node) => { if (node.name) checker.getTypeAtLocation(node.name).getProperties(); });
  }
  kept.programs.push({ program, checker });
}

class Session {
  constructor(n) {
    this.id = randomUUID();
    this.user = { id: n, name: `user ${n}`, roles: n % 3 ? ['reader'] : ['reader', 'writer'], seen: new Date(n) };
    this.headers = { host: 'localhost', accept: '*/*', cookie: `session=${this.id}`, 'x-request-id': `${n}-${this.id}` };
    this.history = Array.from({ length: 5 }, (_, i) => ({ at: n * 1000 + i / 3, path: `/items/${n % 100}/${i}`, took: i + 0.5 }));
    this.tags = new Set([`group ${n % 50}`, n]);
    this.onTick = () => this.history.push({ at: Date.now(), path: this.id });
    if (n % 10 === 0) this.body = Buffer.alloc(2000 + (n % 1000), 1);
    if (n % 7 === 0) this.pending = new Promise((resolve) => { this.finish = resolve; });
  }
}

function serve(from, count) {
  for (let n = from; n < from + count; n++) {
    const session = new Session(n);
    kept.sessions.set(session.id, session);
    kept.cache.set(session.user, { session, rendered: `<b>${session.user.name}</b>`.repeat(1 + (n % 3)) });
    if (n % 20 === 0) kept.bus.on('tick', session.onTick);
  }
}

function main([out, megabytes]) {
  const target = (Number(megabytes) * 2 ** 20) / SNAPSHOT_PER_HEAP_BYTE;
  const used = () => v8.getHeapStatistics().used_heap_size;
  for (let n = 0; used() < target; n++) {
    const before = used();
    if (n % 2 === 0) compile(n);
    // The same number of bytes again, in sessions of about 3 KB.
    else serve(kept.sessions.size, 10_000);
    if (used() < before) globalThis.gc?.();
  }
  v8.writeHeapSnapshot(out);
  console.log(`${out}: ${(statSync(out).size / 2 ** 20).toFixed(0)} MiB from a heap of ${(used() / 2 ** 20).toFixed(0)} MiB`);
}

main(process.argv.slice(2));
