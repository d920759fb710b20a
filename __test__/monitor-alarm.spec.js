'use strict';

const assert = require('node:assert/strict');
const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const { Alarm } = require('../lib/monitor/alarm.js');
const { KnownLeaks } = require('../lib/monitor/known-leaks.js');

const MIB = 2 ** 20;

// A monitor whose verdict is set by hand and whose floor grows with every look at it.
class FakeMonitor extends EventEmitter {
  state = { verdict: 'flat' };
  steep = null;
  #floor = 0;

  get floor() {
    this.#floor += MIB;
    return this.#floor;
  }

  become(verdict) {
    this.state = { verdict };
    this.emit('verdict', this.state);
  }
}

function diagnosis({ kind = 'array', verdict = 'leak', fingerprint = 'f1' } = {}) {
  return { verdict, suspects: verdict === 'leak' ? [{ fingerprint, growsAt: { kind } }] : [] };
}

// An alarm over a fake monitor and fake captures; `found` collects what is reported.
function alarm(t, { result = diagnosis(), fail = null, known = new KnownLeaks(false), ...options } = {}) {
  const monitor = new FakeMonitor();
  const found = [];
  const recorders = [];
  const recorder = (unit) => {
    const made = {
      unit,
      taken: 0,
      finished: false,
      diagnosis: JSON.stringify(result),
      rounds: [],
      free() {
        fail = null;
      },
      async record({ iterations }) {
        if (fail !== null) throw fail;
        made.taken++;
        made.rounds.push(iterations);
      },
      finish() {
        made.finished = true;
      },
    };
    recorders.push(made);
    return made;
  };
  const made = new Alarm(monitor, { policy: 'capture', cooldownMs: 60_000, known, report: (finding) => found.push(finding), recorder, spacingMs: 5, ...options });
  t.after(() => made.stop());
  return { monitor, found, recorders, alarm: made };
}

async function until(condition) {
  for (let i = 0; i < 1000; i++) {
    if (condition()) return;
    await sleep(5);
  }
  assert.fail(`never: ${condition}`);
}

test('growth is captured three times and named, once per cool-down', async (t) => {
  const { monitor, found, recorders } = alarm(t);
  monitor.become('growing');
  await until(() => found.length === 1);
  assert.deepEqual(recorders.map(({ taken, finished }) => [taken, finished]), [[3, true]]);
  assert.equal(found[0].confirmed, true, 'an array that only grows is no cache');
  assert.equal(found[0].since, null, 'new');
  monitor.become('leaking');
  monitor.become('growing');
  await sleep(100);
  assert.equal(recorders.length, 1, 'not again within the cool-down');
});

test('what could be a cache is a suspicion until the verdict is leaking', async (t) => {
  const { monitor, found, recorders } = alarm(t, { result: diagnosis({ kind: 'map' }) });
  monitor.become('growing');
  await until(() => found.length === 1);
  assert.deepEqual([found[0].confirmed, found[0].since], [false, null]);
  await sleep(20);
  monitor.become('leaking');
  await until(() => found.length === 2);
  assert.deepEqual([found[1].confirmed, found[1].since], [true, null], 'the first time it is called a leak');
  assert.equal(recorders.length, 1, 'no capture was needed for that');
});

test('steep growth is looked into before there is a verdict, when somebody waits', async (t) => {
  let waits = false;
  const likely = [];
  const { monitor, found, recorders, alarm: made } = alarm(t, { eager: () => waits, preview: (finding) => likely.push([finding.diagnosis.suspects.length, recorders[0].taken]) });
  const look = () => monitor.emit('look', monitor.state);
  waits = true;
  look();
  assert.equal(recorders.length, 0, 'nothing is steep');
  monitor.steep = { bytesPerHour: 1e10, timeLeftMs: 6e5 };
  waits = false;
  look();
  assert.equal(recorders.length, 0, 'nobody waits');
  waits = true;
  look();
  assert.deepEqual(made.looking, { taken: 0, of: 3, capturing: true });
  await until(() => found.length === 1);
  const [{ confirmed, state }] = found;
  assert.deepEqual([confirmed, state.verdict, state.timeLeftMs], [false, 'growing', 6e5], 'a program that starts is as steep');
  assert.deepEqual(likely, [[1, 2]], 'who waits sees what two captures make likely');
  assert.equal(made.looking, null);
  look();
  monitor.become('growing');
  await sleep(50);
  assert.equal(recorders.length, 1, 'it is known already');
  monitor.become('leaking');
  await until(() => found.length === 2);
  assert.deepEqual([found[1].confirmed, recorders.length], [true, 1]);
});

test('steep growth without a name leaves the rest to the verdict', async (t) => {
  const { monitor, found, recorders } = alarm(t, { eager: () => true, result: diagnosis({ verdict: 'healthy' }) });
  monitor.steep = { bytesPerHour: 1e10, timeLeftMs: 6e5 };
  monitor.emit('look', monitor.state);
  await until(() => recorders[0]?.finished);
  await sleep(20);
  assert.equal(found.length, 0);
  monitor.emit('look', monitor.state);
  monitor.become('growing');
  await until(() => recorders.length === 2);
});

test('what was likely after two captures is taken back by the third', async (t) => {
  const told = [];
  const result = { verdict: 'inconclusive', suspects: [{ fingerprint: 'f1', growsAt: { kind: 'array' } }] };
  const { monitor, found, recorders } = alarm(t, { eager: () => true, result, preview: ({ diagnosis: { verdict } }) => told.push([verdict, recorders[0].taken]) });
  monitor.steep = { bytesPerHour: 1e10, timeLeftMs: 6e5 };
  monitor.emit('look', monitor.state);
  await until(() => recorders[0]?.finished);
  assert.deepEqual(told, [['inconclusive', 2], ['inconclusive', 3]]);
  assert.equal(found.length, 0);
});

test('of a server, a round is the requests since the last capture', async (t) => {
  let served = 0;
  const server = alarm(t, { requests: () => (served += 50) });
  server.monitor.become('growing');
  await until(() => server.found.length === 1);
  assert.equal(server.recorders[0].unit, 'request');
  assert.equal(server.recorders[0].rounds.length, 3);
  assert.ok(server.recorders[0].rounds.every((iterations) => iterations > 0));
  const other = alarm(t, {});
  other.monitor.become('growing');
  await until(() => other.found.length === 1);
  assert.deepEqual([other.recorders[0].unit, other.recorders[0].rounds], ['snapshot', [0, 0, 0]]);
});

test('a leak met before, by this process or another, is known', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-known-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  const report = async (fingerprint) => {
    const { monitor, found } = alarm(t, { result: diagnosis({ fingerprint }), known: new KnownLeaks(folder) });
    monitor.become('growing');
    await until(() => found.length === 1);
    return found[0].since;
  };
  assert.equal(await report('a'), null);
  assert.match(await report('a'), /^\d{4}-\d\d-\d\dT/);
  assert.equal(await report('b'), null);
  fs.writeFileSync(path.join(folder, 'known-leaks.json'), '{ broken');
  assert.equal(await report('a'), null, 'a file that cannot be read makes nothing known, and breaks nothing');
});

test('growth that ends by itself is not reported', async (t) => {
  const { monitor, found, recorders } = alarm(t, { spacingMs: 50 });
  monitor.become('growing');
  await until(() => recorders[0]?.taken === 1);
  monitor.state = { verdict: 'draining' };
  await until(() => recorders[0].finished);
  monitor.become('growing');
  await sleep(100);
  assert.deepEqual([found.length, recorders.length, recorders[0].taken], [0, 1, 1], 'and not looked at again at once');
});

test('a leak without a name is reported all the same', async (t) => {
  const { monitor, found } = alarm(t, { result: diagnosis({ verdict: 'healthy' }) });
  monitor.become('leaking');
  await until(() => found.length === 1);
  assert.equal(found[0].confirmed, true);
});

test('a look waits for a capture that is under way', async (t) => {
  const busy = Object.assign(new Error('a capture is under way'), { code: 'LG_CAPTURE_BUSY' });
  const { monitor, found, recorders } = alarm(t, { fail: busy });
  monitor.become('growing');
  await until(() => recorders.length === 1);
  await sleep(30);
  assert.deepEqual([found.length, recorders[0].finished], [0, false], 'no failure, and no end');
  recorders[0].free();
  await until(() => found.length === 1);
  assert.equal(recorders[0].taken, 3);
});

test('a capture that fails is told, and not repeated at once', async (t) => {
  const { monitor, found, recorders } = alarm(t, { fail: new Error('no memory') });
  monitor.become('growing');
  await until(() => found.length === 1);
  assert.equal(found[0].error.message, 'no memory');
  monitor.become('leaking');
  await sleep(50);
  assert.deepEqual([found.length, recorders.length], [1, 1]);
});

test('notify captures nothing and waits for certainty; off does nothing', async (t) => {
  const notify = alarm(t, { policy: 'notify' });
  notify.monitor.become('growing');
  await sleep(10);
  notify.monitor.become('leaking');
  await until(() => notify.found.length === 1);
  assert.deepEqual([notify.found[0].diagnosis, notify.recorders.length], [null, 0]);
  const off = alarm(t, { policy: 'off' });
  off.monitor.become('leaking');
  await sleep(50);
  assert.deepEqual([off.found.length, off.recorders.length], [0, 0]);
  assert.equal(off.monitor.listenerCount('verdict') + off.monitor.listenerCount('look'), 0);
});

test('stop() ends a series that waits, without a word', async (t) => {
  const { monitor, found, recorders, alarm: made } = alarm(t, { spacingMs: 60_000 });
  monitor.become('growing');
  await until(() => recorders[0]?.taken === 1);
  made.stop();
  await until(() => recorders[0].finished);
  assert.deepEqual(found, []);
  assert.equal(monitor.listenerCount('verdict') + monitor.listenerCount('look'), 0);
});
