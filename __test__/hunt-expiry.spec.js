'use strict';

// What a timer will take away later than a hunt lasts is no leak yet; what it does not take away is one.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, test } = require('node:test');

const { hunt } = require('..');

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-expiry-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

let modules = 0;

// Hunts a module of that text.
function huntOf(text, options) {
  const file = path.join(root, `module-${modules++}.js`);
  fs.writeFileSync(file, text);
  return hunt({ iterate: file, rounds: 3, iterations: 300, warmup: 50, allocationSites: false, ...options });
}

test('entries that a timer each removes in a minute', async () => {
  const { verdict, reason, advice, rounds, suspects } = await huntOf(`
    const sessions = new Map();
    exports.iterate = (i) => {
      const id = 'session ' + i;
      sessions.set(id, { id, user: { name: 'user ' + i } });
      setTimeout(() => sessions.delete(id), 60_000);
    };`);
  assert.equal(verdict, 'inconclusive', reason);
  assert.match(reason, /^It may go away by itself: /);
  assert.match(advice, /after 60 s \(`.*`, .*module-0\.js:6\).* `--cool-down 70`/);
  const map = suspects.find(({ category }) => category === 'map');
  assert.deepEqual([map.evidence.expiry.text, map.evidence.expiry.afterMs], ['sessions.delete(…)', 60_000]);
  assert.equal(rounds.filter(({ coolDown }) => !coolDown).length, 4, 'more rounds would not tell');
  assert.ok(rounds.slice(1).every(({ seconds }) => seconds > 0));
});

test('entries that a sweep finds when they are old enough, in a file of its own', async () => {
  fs.writeFileSync(
    path.join(root, 'store.js'),
    `exports.Store = class Store {
      #ttl = 60;
      constructor() {
        this.entries = {};
        setInterval(() => this.#sweep(), 30 * 1000).unref();
      }
      set(key, value) {
        this.entries[key] = { at: Date.now(), value };
      }
      #sweep() {
        for (const [key, { at }] of Object.entries(this.entries)) if (Date.now() - at > this.#ttl * 1e3) delete this.entries[key];
      }
    };`,
  );
  const { verdict, reason, suspects } = await huntOf(`
    const store = new (require('./store.js').Store)();
    exports.iterate = (i) => store.set('key ' + i, 'value ' + i);`);
  assert.equal(verdict, 'inconclusive', reason);
  const { text, afterMs } = suspects[0].evidence.expiry;
  assert.deepEqual([text, afterMs], ['delete entries[…]', 90_000]);
});

test('timers that are still to run, and those that start anew', async () => {
  const waiting = 'exports.iterate = (i) => { const job = { i }; setTimeout(() => job.i++, 60_000); };';
  const once = await huntOf(waiting);
  assert.equal(once.verdict, 'inconclusive', once.reason);
  assert.equal(once.suspects[0].category, 'timers');
  const again = 'function poll(job) { job.i++; setTimeout(() => poll(job), 60_000); } exports.iterate = (i) => poll({ i });';
  assert.equal((await huntOf(again)).verdict, 'leak');
  const interval = 'exports.iterate = (i) => { const job = { i }; setInterval(() => job.i++, 60_000); };';
  assert.equal((await huntOf(interval)).verdict, 'leak');
});

test('a hunt waits for a timer that is due soon, and then knows', async () => {
  const removing = (key) => `
    const open = new Map();
    exports.iterate = (i) => {
      open.set(i, { i, text: 'text ' + i });
      setTimeout(() => open.delete(${key}), 6000);
    };`;
  const works = await huntOf(removing('i'));
  assert.ok(['backlog', 'healthy'].includes(works.verdict), works.reason);
  const broken = await huntOf(removing("'key ' + i"));
  assert.equal(broken.verdict, 'leak', broken.reason);
  assert.equal(broken.suspects[0].growsAt.name, 'open');
});

test('a sweep that never finds anything hides no leak', async () => {
  const { verdict, reason } = await huntOf(`
    const TTL = 1000;
    const jobs = new Map();
    setInterval(() => {
      for (const [id, job] of jobs) if (Date.now() - job.startedAt > TTL) jobs.delete(id);
    }, 500);
    exports.iterate = (i) => jobs.set(i, { started: Date.now(), name: 'job ' + i });`);
  assert.equal(verdict, 'leak', reason);
});
