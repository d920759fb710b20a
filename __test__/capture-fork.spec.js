'use strict';

const assert = require('node:assert/strict');
const { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { after, before, test } = require('node:test');
const { gunzipSync } = require('node:zlib');

const fork = require('../lib/capture/fork.js');

const { forkUnsupported } = fork;
// At the lowest priority a child hardly runs on a machine whose processors are all taken.
const captureFork = (options) => fork.captureFork({ lowPriority: false, ...options });

const linux = process.platform === 'linux';

class Marker {
  constructor(number) {
    this.number = number;
  }
}

let directory;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'leakguard-fork-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

function instances({ snapshot, nodes, strings }, name) {
  const fields = snapshot.meta.node_fields;
  const [type, label] = [fields.indexOf('type'), fields.indexOf('name')];
  const object = snapshot.meta.node_types[type].indexOf('object');
  const wanted = strings.indexOf(name);
  let count = 0;
  for (let i = 0; i < nodes.length; i += fields.length) {
    if (nodes[i + type] === object && nodes[i + label] === wanted) count++;
  }
  return count;
}

test('forking is supported exactly on Linux', () => {
  assert.equal(forkUnsupported() === null, linux, String(forkUnsupported()));
});

if (!linux) {
  test('elsewhere a fork capture says why not', async () => {
    await assert.rejects(captureFork(), { code: 'LG_CAPTURE_UNSUPPORTED' });
  });
} else {
  test('a forked child keeps a whole snapshot while the event loop goes on', async () => {
    const markers = Array.from({ length: 321 }, (_, i) => new Marker(i));
    const file = join(directory, 'a.heapsnapshot.gz');
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const captured = await captureFork({ file });
    clearInterval(timer);
    assert.equal(captured.mode, 'fork');
    assert.equal(captured.file, file);
    assert.ok(captured.forks >= 1);
    assert.ok(captured.childBytes > 0);
    assert.ok(captured.stallMs > 0 && captured.stallMs < captured.elapsedMs);
    assert.ok(turns > 1, 'timers fired meanwhile');
    const text = gunzipSync(readFileSync(file));
    assert.equal(text.length, captured.bytes);
    assert.equal(statSync(file).size, captured.fileBytes);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(instances(JSON.parse(text), 'Marker') >= markers.length);
    assert.deepEqual(readdirSync(directory), ['a.heapsnapshot.gz'], 'no temporary file is left');
  });

  test('a second capture meanwhile is refused, and the next one after it is not', async () => {
    const first = captureFork();
    await assert.rejects(captureFork(), { code: 'LG_CAPTURE_BUSY' });
    await first;
    assert.equal((await captureFork()).mode, 'fork');
  });

  test('a place that cannot be written fails the capture with the reason', async () => {
    const blocker = join(directory, 'blocker');
    writeFileSync(blocker, '');
    await assert.rejects(captureFork({ file: join(blocker, 'c.heapsnapshot.gz') }), { code: 'LG_WRITE' });
  });

  test('a child can be held to a share of a processor', async () => {
    // Processor time of children that have ended, in ticks of 10 ms.
    const childrens = () => {
      const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ');
      return (Number(fields[13]) + Number(fields[14])) * 10;
    };
    const before = childrens();
    const started = performance.now();
    await captureFork({ cpuPercent: 10 });
    const used = childrens() - before;
    const passed = performance.now() - started;
    assert.ok(used > 0);
    assert.ok(used < passed * 0.2, `${used} ms of processor time in ${Math.round(passed)} ms`);
  });

  test('an AbortSignal ends the child', async () => {
    const abort = new AbortController();
    const capture = captureFork({ signal: abort.signal, file: join(directory, 'gone', 'd.heapsnapshot.gz') });
    setTimeout(() => abort.abort(), 20);
    await assert.rejects(capture, { code: 'LG_CANCELLED' });
  });
}
