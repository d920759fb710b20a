'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');

const profiler = require('../lib/dropins/v8-profiler.js');

test('a snapshot: header, comparison, export, deletion', async () => {
  class LeakingClass {}
  const kept = [];
  const first = profiler.takeSnapshot('1');
  for (let i = 0; i < 50; i++) kept.push(new LeakingClass());
  const second = profiler.takeSnapshot();
  assert.deepEqual(first.getHeader(), { typeId: 'HEAP', uid: first.uid, title: '1' });
  assert.equal(second.title, `Snapshot ${second.uid}`);
  assert.equal(Object.keys(profiler.snapshots).length, 2);
  assert.equal(profiler.snapshots[first.uid], first);

  const difference = first.compare(second);
  assert.equal(difference.LeakingClass, kept.length);
  assert.equal(typeof difference.String, 'number');
  assert.equal(second.compare(first).LeakingClass, -kept.length);

  let text = '';
  let sum = 0;
  let done = 0;
  second.serialize((chunk, length) => {
    text += chunk;
    sum += length;
  }, () => done++);
  const parsed = JSON.parse(text);
  assert.equal(parsed.snapshot.node_count, second.nodesCount);
  assert.deepEqual([sum, done], [text.length, 1]);
  let chunks = 0;
  second.serialize(() => ++chunks < 2, () => assert.fail('an iterator that returns false ends it'));
  assert.equal(chunks, 2);

  const exported = [];
  second.export((error, result) => exported.push([error, result]));
  assert.deepEqual(exported, [[null, text]], 'at once, as ever');

  const stream = second.export();
  // Given away as a callback, and before the stream has been read.
  const { delete: remove } = second;
  remove();
  let streamed = '';
  for await (const chunk of stream) streamed += chunk;
  assert.equal(streamed, text);
  assert.equal(profiler.snapshots[second.uid], undefined);
  profiler.deleteAllSnapshots();
  assert.deepEqual(Object.keys(profiler.snapshots), []);
});

test('a snapshot can be walked', () => {
  const marked = { unlikelyName: { deep: true } };
  const snapshot = profiler.takeSnapshot((done, total) => assert.equal(done, total));
  const id = profiler.getHeapObjectId(marked);
  assert.ok(id > 0 && id <= snapshot.maxSnapshotJSObjectId);
  const node = snapshot.getNodeById(id);
  assert.deepEqual([node.type, node.name, node.id], ['Object', 'Object', id]);
  const edge = node.children.find(({ name }) => name === 'unlikelyName');
  assert.equal(edge.type, 'Property');
  assert.equal(edge.from, node);
  assert.equal(edge.to.id, profiler.getHeapObjectId(marked.unlikelyName));
  assert.ok(edge.to.shallowSize > 0);
  assert.equal(snapshot.root.id, snapshot.getNode(0).id);
  assert.equal(snapshot.getNode(snapshot.nodesCount), undefined);

  assert.equal(profiler.getObjectByHeapObjectId(id), marked);
  assert.equal(profiler.getObjectByHeapObjectId('a'), undefined);
  assert.equal(profiler.getHeapObjectId(), undefined);
  assert.ok(profiler.getHeapObjectId(undefined) > 0);
  assert.notEqual(profiler.getHeapObjectId(undefined), profiler.getHeapObjectId(null));
  snapshot.delete();
});

function work() {
  let sum = 0;
  for (let i = 0; i < 5e6; i++) sum += Math.sqrt(i);
  return sum;
}

test('CPU profiles, by name and nested, in both forms', async () => {
  profiler.startProfiling('outer');
  profiler.startProfiling(true);
  assert.throws(() => profiler.setSamplingInterval(500), /no profiles being recorded/);
  work();
  const inner = profiler.stopProfiling();
  const outer = profiler.stopProfiling('outer');
  assert.equal(profiler.stopProfiling('outer'), undefined);
  assert.deepEqual(Object.keys(profiler.profiles), [inner.uid, outer.uid]);
  assert.equal(outer.title, 'outer');
  assert.equal(inner.title, `Profile ${inner.uid}`);
  assert.equal(inner.head.functionName, '(root)');
  const named = (node) => node.functionName === 'work' || node.children.some(named);
  assert.ok(named(inner.head) && named(outer.head));
  assert.ok(inner.samples.length > 0 && inner.samples.length === inner.timestamps.length);
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(inner))).sort(), ['endTime', 'head', 'samples', 'startTime', 'timestamps', 'title', 'typeId', 'uid']);

  const text = await new Promise((resolve, reject) => inner.export((error, result) => (error ? reject(error) : resolve(result))));
  assert.equal(text, JSON.stringify(inner));
  let streamed = '';
  for await (const chunk of inner.export()) streamed += chunk;
  assert.equal(streamed, text);

  profiler.setSamplingInterval(100);
  profiler.setGenerateType(1);
  profiler.startProfiling('flat', false);
  const flat = profiler.stopProfiling('flat');
  assert.ok(flat.nodes.length > 0 && flat.head === undefined && flat.timestamps === undefined);
  assert.deepEqual([flat.samples, flat.timeDeltas], [[], []], 'samples were not wanted');
  profiler.setGenerateType(0);
  profiler.setSamplingInterval();
  profiler.deleteAllProfiles();
  assert.deepEqual(Object.keys(profiler.profiles), []);
});

test('sampling allocations', () => {
  profiler.startSamplingHeapProfiling(1024, 16);
  const kept = [];
  (function allocatesMuch() {
    for (let i = 0; i < 1e5; i++) kept.push({ i });
  })();
  const profile = profiler.stopSamplingHeapProfiling();
  const found = (node) => (node.callFrame.functionName === 'allocatesMuch' && node.selfSize > 0) || node.children.some(found);
  assert.ok(found(profile.head), `${kept.length} objects`);
  assert.equal(typeof profile.head.callFrame.scriptId, 'number');
  assert.throws(() => profiler.stopSamplingHeapProfiling(), /not started/);
  assert.throws(() => profiler.startSamplingHeapProfiling('x', 1), TypeError);
});

test('V8 tells how many objects of each interval live, while it is asked to', async () => {
  profiler.startTrackingHeapObjects();
  const triples = [];
  let lastId = 0;
  while (triples.length === 0) {
    await sleep(20);
    lastId = profiler.getHeapStats((samples) => triples.push(...samples), () => {});
  }
  profiler.stopTrackingHeapObjects();
  assert.ok(triples.length % 3 === 0 && triples[1] > 1000 && triples[2] > 1e5, String(triples));
  assert.ok(lastId > 0);
});

test('works in a worker thread', async () => {
  const file = JSON.stringify(path.join(__dirname, '..', 'lib', 'dropins', 'v8-profiler.js'));
  const worker = new Worker(`const profiler = require(${file});
    profiler.startProfiling('w', true);
    const profile = profiler.stopProfiling('w');
    const { nodesCount } = profiler.takeSnapshot();
    require('node:worker_threads').parentPort.postMessage({ title: profile.title, nodesCount });`, { eval: true });
  const [{ title, nodesCount }] = await once(worker, 'message');
  assert.equal(title, 'w');
  assert.ok(nodesCount > 1000);
});
