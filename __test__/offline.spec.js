'use strict';

// The verbs over snapshot files, in JavaScript and on the command line. That the numbers are right is the
// business of the differential test; here: that they arrive, and what happens when they cannot.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { after, before, test } = require('node:test');
const { pathToFileURL } = require('node:url');
const v8 = require('node:v8');
const { gzipSync } = require('node:zlib');
const { analyze, compare } = require('..');
const { retainingPaths } = require('../lib/path.js');
const { writeNodes } = require('../lib/nodes.js');

const BIN = join(__dirname, '..', 'bin', 'leakguard.js');
const run = (args, options) => spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8', maxBuffer: 1 << 28, ...options });

class Parcel {
  constructor(i) {
    this.weight = i + 0.5;
  }
}

const depot = { parcels: [] };
let folder;
/** Three snapshots of this process, 500 parcels apart. */
let files;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakguard-offline-'));
  files = [0, 1, 2].map((round) => {
    for (let i = 0; i < 500; i++) depot.parcels.push(new Parcel(i));
    const file = join(folder, `${round}.heapsnapshot`);
    v8.writeHeapSnapshot(file);
    return file;
  });
});

after(() => rmSync(folder, { recursive: true, force: true }));

const parcels = (summary) => summary.classes.find((row) => row.name === 'Parcel');

test('analyze tells what a snapshot holds', async () => {
  const phases = new Set();
  const summary = await analyze(files[2], { threads: 2, onProgress: ({ phase }) => phases.add(phase) });
  const { snapshot, nodes } = JSON.parse(readFileSync(files[2], 'utf8'));
  assert.equal(summary.schema, 1);
  assert.equal(summary.nodeCount, snapshot.node_count);
  assert.equal(summary.edgeCount, snapshot.edge_count);
  assert.equal(nodes.length, summary.nodeCount * snapshot.meta.node_fields.length);
  assert.deepEqual(Object.keys(summary.statistics), ['total', 'native', 'v8heap']);
  const row = parcels(summary);
  assert.deepEqual(Object.keys(row), ['key', 'name', 'count', 'selfSize', 'retainedSize', 'distance']);
  assert.equal(row.count, 1500);
  assert.ok(row.retainedSize >= row.selfSize && row.selfSize >= 1500 * 12);
  assert.ok(phases.has('read') && phases.has('analyze'));
  const sizes = summary.classes.map((each) => each.retainedSize);
  assert.deepEqual(sizes, sizes.toSorted?.((a, b) => b - a) ?? sizes);
});

test('plain, gzip, a file: URL and standard input are the same snapshot', async () => {
  const expected = await analyze(files[0]);
  const zipped = join(folder, 'zipped.heapsnapshot.gz');
  writeFileSync(zipped, gzipSync(readFileSync(files[0])));
  assert.deepEqual(await analyze(zipped), expected);
  assert.deepEqual(await analyze(pathToFileURL(files[0])), expected);
  for (const input of [readFileSync(files[0]), readFileSync(zipped)]) {
    const { stdout, status, stderr } = run(['analyze', '-', '--json'], { input });
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), expected);
  }
});

test('the event loop turns while a snapshot is analysed', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await Promise.all([analyze(files[0]), analyze(files[1])]);
  clearInterval(timer);
  assert.ok(turns > 0);
});

test('compare tells what came, by id', async () => {
  const result = await compare([files[0], files[2]]);
  const row = parcels(result);
  assert.equal(row.addedCount, 1000);
  assert.equal(row.removedCount, 0);
  assert.equal(row.countDelta, 1000);
  assert.equal(row.sizeDelta, row.addedSize - row.removedSize);
  assert.deepEqual(result.snapshots.map(({ file }) => file), [files[0], files[2]]);
  assert.deepEqual((await compare([files[1], files[1]])).classes, []);
});

test('nodes writes one row for every object', async () => {
  const output = join(folder, 'rows.ndjson');
  assert.equal(await writeNodes(files[0], { output }), true);
  const rows = readFileSync(output, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  const { snapshot } = JSON.parse(readFileSync(files[0], 'utf8'));
  assert.equal(rows.length, snapshot.node_count);
  const columns = ['id', 'type', 'name', 'className', 'selfSize', 'retainedSize', 'distance', 'detachedness', 'dominatorId'];
  for (const row of rows) assert.deepEqual(Object.keys(row), columns);
  assert.equal(rows.filter((row) => row.className === 'Parcel' && row.type === 'object').length, 500);

  const csv = run(['nodes', files[0], '--format', 'csv']);
  assert.equal(csv.status, 0, csv.stderr);
  assert.equal(csv.stdout.slice(0, csv.stdout.indexOf('\n')), columns.join(','));
  const ndjson = run(['nodes', files[0], '--json']);
  assert.equal(ndjson.stdout, readFileSync(output, 'utf8'));
});

test('nodes stops without a word when its reader has seen enough', async () => {
  const child = spawn(process.execPath, [BIN, 'nodes', files[0]], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(code, 0);
  assert.equal(complaints, '');
});

test('path tells who keeps an object alive', async () => {
  const output = join(folder, 'for-path.ndjson');
  await writeNodes(files[0], { output });
  const parcel = readFileSync(output, 'utf8').split('\n').map((line) => line && JSON.parse(line)).find((row) => row.className === 'Parcel' && row.type === 'object');
  const result = await retainingPaths(files[0], parcel.id, { count: 2 });
  assert.equal(result.object.id, parcel.id);
  assert.equal(result.object.className, 'Parcel');
  assert.equal(result.object.retainedSize, parcel.retainedSize);
  const [best] = result.paths;
  assert.equal(best.at(-1).id, parcel.id);
  assert.ok(best.some((hop) => hop.edge === 'parcels'), JSON.stringify(best));
  assert.equal(result.dominators[0].id, parcel.dominatorId);
  assert.equal(result.dominators.at(-1).name, '(root)');
  const text = run(['path', files[0], '--id', String(parcel.id)]);
  assert.equal(text.status, 0, text.stderr);
  assert.match(text.stdout, /parcels .*→/);
  await assert.rejects(retainingPaths(files[0], 4_000_000_000), { code: 'LG_NO_OBJECT' });
});

test('the command line prints tables for people', () => {
  const analyzed = run(['analyze', files[2], '--top', '1000']);
  assert.equal(analyzed.status, 0, analyzed.stderr);
  assert.match(analyzed.stdout, /^Parcel +1,500 /m);
  const compared = run(['diff', ...files]);
  assert.ok(compared.status === 0 || compared.status === 1, compared.stderr);
  assert.match(compared.stdout, /^Parcel +\+1,000 +−0 +\+1,000 /m);
  assert.match(compared.stdout, /^ +(LEAK|HEALTHY|BACKLOG|INCONCLUSIVE) /m);
  const json = run(['diff', ...files, '--json']);
  assert.equal(JSON.parse(json.stdout).verdict === 'leak' ? 1 : 0, json.status);
});

test('failures have codes', async () => {
  const not = join(folder, 'not.heapsnapshot');
  const cut = join(folder, 'cut.heapsnapshot');
  const cutGzip = join(folder, 'cut.heapsnapshot.gz');
  writeFileSync(not, 'hello');
  writeFileSync(cut, readFileSync(files[0]).subarray(0, 200_000));
  writeFileSync(cutGzip, gzipSync(readFileSync(files[0])).subarray(0, 50_000));
  await assert.rejects(analyze(join(folder, 'none')), { name: 'LeakguardError', code: 'LG_READ' });
  await assert.rejects(analyze(folder), { code: 'LG_READ' });
  await assert.rejects(analyze(not), { code: 'LG_PARSE_SYNTAX' });
  await assert.rejects(analyze(cut), { code: 'LG_PARSE_TRUNCATED' });
  await assert.rejects(analyze(cutGzip), { code: 'LG_PARSE_TRUNCATED' });
  await assert.rejects(analyze(), { code: 'LG_ARGUMENT' });
  await assert.rejects(analyze(files[0], { threads: 0 }), { code: 'LG_ARGUMENT' });
  await assert.rejects(compare([files[0]]), { code: 'LG_ARGUMENT' });
  await assert.rejects(compare([files[0], 7]), { code: 'LG_ARGUMENT' });
  await assert.rejects(writeNodes(files[0], { format: 'xml' }), { code: 'LG_ARGUMENT' });
  await assert.rejects(writeNodes(files[0], { output: join(folder, 'no', 'where') }), { code: 'LG_WRITE' });
  for (const args of [['analyze', not], ['diff', not, not], ['nodes', not], ['path', not, '--id', '1']]) {
    const { status, stdout, stderr } = run(args);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^LG_PARSE_SYNTAX: .+ at byte \d+.*\n$/);
  }
  for (const args of [['analyze'], ['diff', files[0]], ['path', files[0]], ['path', files[0], '--id', 'x'], ['nodes', files[0], '--format', 'xml'], ['nodes', files[0], '--json', '--format', 'csv']]) {
    const { status, stderr } = run(args);
    assert.equal(status, 2);
    assert.match(stderr, /^LG_USAGE: .+\n$/);
  }
});

test('an AbortSignal stops the work', async () => {
  await assert.rejects(analyze(files[0], { signal: AbortSignal.abort() }), { code: 'LG_CANCELLED' });
  const controller = new AbortController();
  const work = analyze(files[0], { signal: controller.signal, onProgress: () => controller.abort() });
  await assert.rejects(work, { code: 'LG_CANCELLED' });
  await assert.rejects(analyze(files[0], { signal: 'now' }), { code: 'LG_ARGUMENT' });
});

test('a pipe that trickles is read to its end', async () => {
  const child = spawn(process.execPath, [BIN, 'analyze', '-', '--json'], { stdio: ['pipe', 'pipe', 'inherit'] });
  createReadStream(files[0], { highWaterMark: 4093 }).pipe(child.stdin);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
  assert.equal(parcels(JSON.parse(text)).count, 500);
});
