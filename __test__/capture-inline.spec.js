'use strict';

const assert = require('node:assert/strict');
const { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { after, before, test } = require('node:test');
const v8 = require('node:v8');
const { gunzipSync } = require('node:zlib');

const native = require('../lib/addon.js');
const { InlineSeries, captureInline, finish, pump } = require('../lib/capture/inline.js');
const { ScriptTable } = require('../lib/capture/scripts.js');

class Marker {
  constructor(number) {
    this.number = number;
  }
}

let directory;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'leakguard-inline-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

const read = (file) => JSON.parse(gunzipSync(readFileSync(file)));

// The ids of all instances of a class, in the snapshot's order.
function instances({ snapshot, nodes, strings }, name) {
  const fields = snapshot.meta.node_fields;
  const [type, label, id] = ['type', 'name', 'id'].map((field) => fields.indexOf(field));
  const object = snapshot.meta.node_types[type].indexOf('object');
  const wanted = strings.indexOf(name);
  const found = [];
  for (let i = 0; i < nodes.length; i += fields.length) {
    if (nodes[i + type] === object && nodes[i + label] === wanted) found.push(nodes[i + id]);
  }
  return found;
}

test('an inline capture keeps a whole snapshot, readable by its owner only', async () => {
  const markers = Array.from({ length: 123 }, (_, i) => new Marker(i));
  const file = join(directory, 'sub', 'a.heapsnapshot.gz');
  const captured = await captureInline({ file });
  assert.equal(captured.mode, 'inline');
  assert.equal(captured.file, file);
  assert.ok(captured.stallMs > 0);
  assert.equal(captured.fileBytes, statSync(file).size);
  assert.equal(captured.bytes, gunzipSync(readFileSync(file)).length);
  // The constructor's prototype is named after the class too.
  assert.ok(instances(read(file), 'Marker').length >= markers.length);
  if (process.platform !== 'win32') {
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(join(directory, 'sub')).mode & 0o777, 0o700);
  }
  assert.deepEqual(readdirSync(join(directory, 'sub')), ['a.heapsnapshot.gz'], 'no temporary file is left');
});

test('the same works from a stream of chunks', async () => {
  const file = join(directory, 'stream.heapsnapshot.gz');
  const capture = native.openInlineCapture({ file }, [], true);
  assert.equal(capture.path, null);
  await pump(v8.getHeapSnapshot(), capture);
  const { bytes } = await finish(capture);
  assert.equal(bytes, gunzipSync(readFileSync(file)).length);
  assert.equal(read(file).snapshot.node_count > 1000, true);
});

test('a capture that is given up leaves no file', async () => {
  const file = join(directory, 'none', 'b.heapsnapshot.gz');
  const capture = native.openInlineCapture({ file }, [], true);
  capture.write(Buffer.from('{"snapshot":'));
  await capture.abandon();
  assert.throws(() => capture.finish(), { code: 'LG_INTERNAL' });
  assert.deepEqual(readdirSync(join(directory, 'none')), []);
});

test('a place that cannot be written is known before V8 starts', async () => {
  const blocker = join(directory, 'blocker');
  writeFileSync(blocker, '');
  await assert.rejects(captureInline({ file: join(blocker, 'c.heapsnapshot.gz') }), { code: 'LG_WRITE' });
});

test('what cannot be analysed in the memory that is left is refused with the figures, and its file kept', { skip: process.platform !== 'linux' && 'Linux only' }, async () => {
  const [, available] = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'));
  const series = new native.Series('snapshot');
  const open = (heap, options = {}) => series.openInlineCapture('{}', { heap, ...options }, [], true);
  // V8 alone would need 2.7 times as much.
  assert.throws(() => open({ small: available * 1024, large: 0 }), { code: 'LG_CAPTURE_MEMORY' });
  // With the analysis 4.7 times.
  const heap = { small: (available * 1024) / 3.5, large: 0 };
  assert.throws(() => open(heap), { code: 'LG_ANALYSIS_MEMORY', message: /\d+ MB needed, \d+ MB of \d+ MB left/ });
  const file = join(directory, 'kept', 'd.heapsnapshot.gz');
  const capture = open(heap, { file });
  await pump(v8.getHeapSnapshot(), capture);
  await assert.rejects(finish(capture), { code: 'LG_ANALYSIS_MEMORY' });
  assert.ok(read(file).snapshot.node_count > 1000);
});

test('the script table names this file', () => {
  const table = new ScriptTable();
  const own = table.list().filter(({ url }) => url.endsWith('capture-inline.spec.js'));
  table.close();
  assert.equal(own.length, 1);
  assert.ok(own[0].id > 0);
});

test('object ids are stable within a series and start anew after it', async () => {
  const markers = Array.from({ length: 500 }, (_, i) => new Marker(i));
  const ids = async (series, name) => {
    const file = join(directory, name);
    await series.capture({ file });
    return new Set(instances(read(file), 'Marker'));
  };
  const common = (a, b) => [...a].filter((id) => b.has(id)).length;
  const one = new InlineSeries();
  const first = await ids(one, '1.heapsnapshot.gz');
  const second = await ids(one, '2.heapsnapshot.gz');
  const third = await ids(one, '3.heapsnapshot.gz');
  one.end();
  assert.ok(common(first, second) >= markers.length);
  assert.ok(common(second, third) >= markers.length);
  // Ids of another series may happen to be the same, but not for so many objects as have come since.
  const more = Array.from({ length: 500 }, (_, i) => new Marker(i));
  const two = new InlineSeries();
  const fourth = await ids(two, '4.heapsnapshot.gz');
  two.end();
  assert.ok(fourth.size >= markers.length + more.length);
  assert.notDeepEqual([...fourth].slice(0, 500), [...third].slice(0, 500));
});
