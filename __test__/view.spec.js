'use strict';

// `leakguard view`, from outside: the address it prints, the answers beside those of the other verbs, uploads and
// downloads, and how it ends. The questions themselves are tested in Rust.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } = require('node:fs');
const http = require('node:http');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { after, before, test } = require('node:test');
const { gunzipSync } = require('node:zlib');
const { analyze, compare } = require('..');
const { retainingPaths } = require('../lib/path.js');

const BIN = join(__dirname, '..', 'bin', 'leakguard.js');
const fixture = (name) => join(__dirname, 'fixtures', `${name}.heapsnapshot.gz`);
const FILES = [fixture('node22-server-a'), fixture('node22-server-b')];

let folder;
const running = new Set();

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakguard-spec-'));
});

after(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts `leakguard view --json …`; uploads go to a directory below `folder`. */
async function start(...args) {
  const child = spawn(process.execPath, [BIN, 'view', '--json', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: folder } });
  running.add(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stderr });
    });
  });
  const line = await Promise.race([
    new Promise((resolve) => child.stdout.setEncoding('utf8').once('data', resolve)),
    ended.then(() => '{}'),
  ]);
  const { address, url } = JSON.parse(line);
  const token = url?.startsWith('http') ? new URL(url).searchParams.get('token') : undefined;
  const send = (path, options = {}) => fetch(address + path, { ...options, headers: { authorization: `Bearer ${token}`, ...options.headers } });
  /** Asks until nothing is loading. */
  const ask = async (path) => {
    for (;;) {
      const response = await send(path);
      if (response.status !== 202) return { status: response.status, body: await response.json() };
      assert.match((await response.json()).state, /^(loading|indexing)$/);
    }
  };
  const ok = async (path) => {
    const { status, body } = await ask(path);
    assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
    return body;
  };
  return { child, ended, address, url, send, ask, ok };
}

const stop = async ({ child, ended }) => {
  child.kill('SIGINT');
  return ended;
};

test('the answers are those of the other verbs', async () => {
  const view = await start(...FILES);
  const { files } = await view.ok('explore/files');
  assert.deepEqual(files.map(({ id, name, state }) => [id, name, state]), [['s1', 'node22-server-a.heapsnapshot.gz', 'unloaded'], ['s2', 'node22-server-b.heapsnapshot.gz', 'unloaded']]);

  const expected = await analyze(FILES[0]);
  const summary = await view.ok('explore/s1/summary');
  assert.deepEqual([summary.nodeCount, summary.edgeCount, summary.statistics], [expected.nodeCount, expected.edgeCount, expected.statistics]);
  const { rows, total } = await view.ok('explore/s1/classes?limit=50');
  assert.equal(total, expected.classes.length);
  assert.deepEqual(rows.map(({ index, ...row }) => row), expected.classes.slice(0, 50));

  const [biggest] = rows;
  const { rows: [object] } = await view.ok(`explore/s1/classes/${biggest.index}/nodes?limit=1`);
  const path = await retainingPaths(FILES[0], object.id, { count: 1 });
  const detail = await view.ok(`explore/s1/nodes?nodeId=${object.id}`);
  assert.deepEqual(detail.path, path.paths[0] ?? []);
  assert.equal(detail.retainedSize, path.object.retainedSize);

  const { classes, snapshots, ...diagnosis } = await compare(FILES);
  assert.equal(snapshots.length, 2);
  const changes = await view.ok('explore/compare?base=s1&head=s2&limit=500');
  assert.deepEqual(changes.rows, classes.slice(0, 500));
  assert.deepEqual(await view.ok('explore/diagnosis?ids=s1,s2'), diagnosis);
  const { code, stderr } = await stop(view);
  assert.deepEqual([code, stderr], [0, '']);
});

test('only who has the address is let in', async () => {
  const view = await start(FILES[0]);
  assert.match(view.url, /^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/);
  for (const path of ['explore/files', 'explore/s1/summary', 'stats', 'snapshots/s1/download']) {
    const refused = await fetch(view.address + path);
    assert.equal(refused.status, 401, path);
    assert.equal((await refused.json()).error.code, 'LG_HTTP_TOKEN');
  }
  const login = await fetch(view.url, { redirect: 'manual' });
  assert.equal(login.status, 303);
  const [cookie] = login.headers.get('set-cookie').split(';');
  assert.equal((await fetch(`${view.address}stats`, { headers: { cookie } })).status, 200);
  const elsewhere = await view.send('explore/files', { headers: { origin: 'http://example.com' } });
  assert.equal(elsewhere.status, 403);
  await stop(view);
});

test('a dropped file is taken, shown, given back and deleted', async () => {
  const view = await start('--max-upload', '20000000');
  const bytes = gunzipSync(readFileSync(FILES[0]));
  const post = (name, body) => view.send(`explore/files?name=${name}`, { method: 'POST', body });
  const taken = await post('dropped.heapsnapshot', bytes);
  assert.equal(taken.status, 201);
  const { id } = await taken.json();
  assert.equal((await view.ok(`explore/${id}/summary`)).name, 'dropped.heapsnapshot');
  const download = await view.send(`snapshots/${id}/download`);
  assert.equal(download.headers.get('content-disposition'), 'attachment; filename="dropped.heapsnapshot"');
  assert.ok(bytes.equals(Buffer.from(await download.arrayBuffer())));

  const bad = await (await post('bad', 'not a snapshot')).json();
  const { status, body } = await view.ask(`explore/${bad.id}/summary`);
  assert.deepEqual([status, body.error.code], [422, 'LG_PARSE_SYNTAX']);
  assert.match(body.error.advice, /\.heapsnapshot/);
  assert.equal((await post('huge', Buffer.alloc(20_000_001))).status, 413);

  const [directory] = readdirSync(folder).filter((name) => name.startsWith('leakguard-view-'));
  const uploaded = () => readdirSync(join(folder, directory)).filter((name) => name.endsWith('.heapsnapshot')).length;
  assert.equal(uploaded(), 2);
  assert.equal((await view.send(`explore/files/${id}`, { method: 'DELETE' })).status, 204);
  assert.equal(uploaded(), 1);
  assert.equal((await stop(view)).code, 0);
  assert.equal(existsSync(join(folder, directory)), false);
});

test('what a killed server leaves behind goes when the next one starts', { skip: process.platform === 'win32' }, async () => {
  const uploads = () => readdirSync(folder).filter((name) => name.startsWith('leakguard-view-'));
  const killed = await start();
  assert.equal((await killed.send('explore/files?name=x', { method: 'POST', body: 'a secret' })).status, 201);
  const [left] = uploads();
  killed.child.kill('SIGKILL');
  await killed.ended;
  assert.ok(existsSync(join(folder, left, '0.heapsnapshot')));
  // One that is made right now is not taken for one that was left behind.
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(join(folder, left, '.lock'), longAgo, longAgo);
  const living = await start();
  const next = await start();
  assert.equal(existsSync(join(folder, left)), false);
  assert.equal(uploads().length, 2);
  await stop(living);
  await stop(next);
});

test('the report of a hunt is served with its snapshots', async () => {
  const report = join(folder, 'hunt.json');
  const result = { schema: 1, verdict: 'leak', suspects: [] };
  writeFileSync(report, JSON.stringify(result));
  const view = await start(...FILES, '--report', report);
  assert.deepEqual(await view.ok('report'), { diagnosis: result, finding: null });
  const { capabilities, process: none } = await view.ok('stats');
  assert.deepEqual([capabilities.live, capabilities.explore, capabilities.upload, none], [false, true, true, null]);
  await stop(view);
});

test('behind a socket it serves a directory, and ends when nobody asks', { skip: process.platform === 'win32' }, async () => {
  const heaps = mkdtempSync(join(folder, 'heaps-'));
  copyFileSync(FILES[0], join(heaps, 'first.heapsnapshot.gz'));
  const socketPath = join(heaps, 'socket');
  const view = await start('--socket', socketPath, '--dir', heaps, '--idle', '1');
  assert.equal(view.address, `unix:${socketPath}`);
  const get = (path) => new Promise((resolve, reject) => {
    http.get({ socketPath, path, headers: { host: 'leakguard' } }, async (response) => {
      let text = '';
      for await (const part of response.setEncoding('utf8')) text += part;
      resolve({ status: response.statusCode, body: JSON.parse(text) });
    }).once('error', reject);
  });
  const ids = async () => (await get('/explore/files')).body.files.map(({ id }) => id);
  assert.deepEqual(await ids(), ['first']);
  copyFileSync(FILES[1], join(heaps, 'second.heapsnapshot.gz'));
  assert.deepEqual(await ids(), ['first', 'second']);
  let summary;
  do summary = await get('/explore/first/summary');
  while (summary.status === 202);
  assert.equal(summary.body.name, 'first.heapsnapshot.gz');
  assert.equal((await view.ended).code, 0);
  assert.equal(existsSync(socketPath), false);
});

test('what cannot be served is one line and exit code 2', async () => {
  const missing = await start(join(folder, 'missing.heapsnapshot'));
  const { code, stderr } = await missing.ended;
  assert.equal(code, 2);
  assert.match(stderr, /^LG_READ: .+\n$/);
  const report = join(folder, 'no-report.json');
  writeFileSync(report, '{}');
  const wrong = await start('--report', report);
  assert.match((await wrong.ended).stderr, /^LG_ARGUMENT: .*hunt --json/);
  assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('leakguard-view-')), []);
});
