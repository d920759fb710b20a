'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { after, before, test } = require('node:test');
const { pathToFileURL } = require('node:url');
const v8 = require('node:v8');
const { gunzipSync } = require('node:zlib');
const { scrub } = require('..');

const BIN = join(__dirname, '..', 'bin', 'leakguard.js');
/** What V8 writes in place of content; a program's own string of that text tells nothing either. */
const V8_WORDS = ['bigint', 'number', 'symbol'];
let folder;
let file;

class Customer {
  constructor(i) {
    this.email = `customer-${i}@private.example`;
  }
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakguard-scrub-'));
  file = join(folder, 'heap.heapsnapshot');
  const held = { customers: [], byEmail: {}, sessions: new Map(), weak: new WeakMap() };
  for (let i = 0; i < 200; i++) {
    const customer = new Customer(i);
    held.customers.push(customer);
    held.byEmail[`key-${i}@private.example`] = customer;
    held.sessions.set(`session-${i}@private.example`, new RegExp(`pattern-${i}@private.example`));
    held.weak.set(customer, `note-${i}@private.example`);
  }
  global.heldByTheScrubTest = held;
  v8.writeHeapSnapshot(file);
  delete global.heldByTheScrubTest;
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** The names in a snapshot, by what they name. */
function names(snapshot) {
  const { meta } = snapshot.snapshot;
  const [type, name] = ['type', 'name'].map((field) => meta.node_fields.indexOf(field));
  const result = {};
  for (let i = 0; i < snapshot.nodes.length; i += meta.node_fields.length) {
    const kind = meta.node_types[0][snapshot.nodes[i + type]];
    (result[kind] ??= []).push(snapshot.strings[snapshot.nodes[i + name]]);
  }
  return result;
}

test('a scrubbed copy has the same graph and none of the strings', async () => {
  const seen = [];
  const { output, strings, replaced } = await scrub(file, { onProgress: (at) => seen.push(at) });
  assert.equal(output, join(folder, 'heap.scrubbed.heapsnapshot'));
  assert.ok(replaced > 1000 && replaced < strings);
  assert.ok(seen.length > 0 && seen.every(({ phase, done, total }) => phase === 'scrub' && done <= total));

  const text = readFileSync(output, 'utf8');
  // The class, the functions and the file of this very test may be named, the data may not.
  assert.doesNotMatch(text, /\d@private\.example/);
  const [original, copy] = [JSON.parse(readFileSync(file, 'utf8')), JSON.parse(text)];
  for (const key of ['snapshot', 'edges', 'locations', 'samples', 'trace_tree', 'trace_function_infos']) {
    assert.deepEqual(copy[key], original[key], key);
  }
  const { node_fields: fields } = original.snapshot.meta;
  const name = fields.indexOf('name');
  assert.equal(copy.nodes.length, original.nodes.length);
  assert.ok(copy.nodes.every((value, i) => i % fields.length === name || value === original.nodes[i]));

  const [were, are] = [names(original), names(copy)];
  for (const kind of ['object', 'closure', 'code', 'hidden', 'array']) {
    assert.deepEqual(are[kind], were[kind], kind);
  }
  for (const [i, text] of are.string.entries()) {
    if (V8_WORDS.includes(were.string[i])) continue;
    assert.match(text, new RegExp(`^${were.string[i].length} characters? \\(#\\d+\\)$`));
  }
  assert.ok(copy.strings.includes('Customer') && copy.strings.includes('byEmail') && copy.strings.includes('email'));
});

test('the output may be gzip, the input a file: URL', async () => {
  const output = join(folder, 'shared.heapsnapshot.gz');
  const result = await scrub(pathToFileURL(file), { output });
  assert.equal(result.output, output);
  assert.doesNotMatch(gunzipSync(readFileSync(output)).toString(), /\d@private\.example/);
  const again = await scrub(output);
  assert.equal(again.output, join(folder, 'shared.scrubbed.heapsnapshot.gz'));
});

test('mistakes have codes and leave nothing behind', async () => {
  await assert.rejects(scrub(join(folder, 'none')), { code: 'LG_READ' });
  await assert.rejects(scrub(folder), { code: 'LG_READ' });
  await assert.rejects(scrub(42), { code: 'LG_ARGUMENT' });
  await assert.rejects(scrub(file, { output: file }), { code: 'LG_ARGUMENT' });
  await assert.rejects(scrub(file, { onProgress: 'x' }), { code: 'LG_ARGUMENT' });
  await assert.rejects(scrub(file, { signal: AbortSignal.abort() }), { code: 'LG_CANCELLED' });
  const cut = join(folder, 'cut.heapsnapshot');
  writeFileSync(cut, readFileSync(file).subarray(0, 100_000));
  const files = readdirSync(folder);
  await assert.rejects(scrub(cut), { code: 'LG_PARSE_TRUNCATED' });
  assert.deepEqual(readdirSync(folder), files);
});

test('an error in onProgress is the caller\'s, not the addon\'s', () => {
  const script = `
    const { scrub } = require(${JSON.stringify(join(__dirname, '..'))});
    process.on('uncaughtException', (error) => console.log('caught', error.message));
    scrub(${JSON.stringify(file)}, { output: ${JSON.stringify(join(folder, 'x'))}, onProgress() { throw new Error('mine'); } })
      .then(() => console.log('done'));`;
  const { stdout, status } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stdout, /caught mine/);
  assert.match(stdout, /done/);
});

test('leakguard scrub', () => {
  const output = join(folder, 'cli.heapsnapshot');
  const text = spawnSync(process.execPath, [BIN, 'scrub', file, '-o', output], { encoding: 'utf8' });
  assert.equal(text.status, 0, text.stderr);
  assert.match(text.stdout, /cli\.heapsnapshot: \d+ of \d+ strings replaced/);
  const json = spawnSync(process.execPath, [BIN, 'scrub', file, '-o', output, '--json'], { encoding: 'utf8' });
  assert.equal(JSON.parse(json.stdout).output, output);
  const missing = spawnSync(process.execPath, [BIN, 'scrub', join(folder, 'none')], { encoding: 'utf8' });
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /^LG_READ: cannot read .*none: .+\n$/);
});
