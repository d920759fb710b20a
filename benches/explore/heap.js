'use strict';

// node --max-old-space-size=12000 benches/explore/heap.js MILLIONS BASE HEAD: builds a heap of about that many million
// nodes, the kind a server keeps, and writes two snapshots of it: the second after a hundredth more has come.

const { randomUUID } = require('node:crypto');
const v8 = require('node:v8');

/** Found by counting: nodes of a snapshot per session. */
const NODES_PER_SESSION = 51;

const kept = (globalThis.kept = { sessions: new Map(), recent: [], index: {} });

class Session {
  constructor(n) {
    this.id = randomUUID();
    this.user = { number: n, name: `user ${n}`, roles: n % 3 ? ['reader'] : ['reader', 'writer'], seen: new Date(n) };
    this.headers = { host: 'localhost', accept: '*/*', cookie: `session=${this.id}`, agent: Buffer.from('same text in every session').toString() };
    this.history = Array.from({ length: 5 }, (_, i) => ({ at: n * 1000 + i / 3, path: `/items/${n % 100}/${i}`, took: i + 0.5 }));
    this.tags = new Set([`group ${n % 50}`, n]);
    this.onTick = () => this.history.push({ at: Date.now(), path: this.id });
    if (n % 10 === 0) this.body = Buffer.alloc(9000 + (n % 1000), 1);
  }
}

function serve(from, count) {
  for (let n = from; n < from + count; n++) {
    const session = new Session(n);
    kept.sessions.set(session.id, session);
    kept.recent.push(session.user);
    kept.index[`user-${n}`] = session;
  }
}

function main([millions, base, head]) {
  const sessions = Math.round((Number(millions) * 1e6) / NODES_PER_SESSION);
  serve(0, sessions);
  v8.writeHeapSnapshot(base);
  serve(sessions, Math.ceil(sessions / 100));
  v8.writeHeapSnapshot(head);
  console.log(`${sessions} sessions: ${base}, ${head}`);
}

main(process.argv.slice(2));
