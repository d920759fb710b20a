'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { test } = require('node:test');
const { gunzipSync } = require('node:zlib');

const { analyze } = require('..');
const { ask, folder, startApp, until } = require('./admin/process.js');

const linux = process.platform === 'linux';

test('it answers what a process knows about itself', async (t) => {
  const { url, socket, port, child } = await startApp(t);
  assert.equal(url, `http://127.0.0.1:${port}/`);
  const stats = await until(async () => {
    const { json } = await ask(port, '/stats');
    return json.memory.heapUsed > 0 && json;
  }, 'numbers of the event loop');
  assert.equal(stats.process.pid, child.pid);
  assert.equal(stats.process.address, url);
  assert.equal(stats.process.app, 'admin-app.js');
  assert.ok(stats.memory.heapLimit > stats.memory.heapUsed && stats.memory.rss > 1e7);
  assert.equal(stats.monitor.verdict, 'warming-up');
  assert.deepEqual(stats.snapshots, { taken: 0, failed: 0 });
  assert.equal((await ask(port, '/healthz')).json.pid, child.pid);
  const metrics = await ask(port, '/metrics');
  assert.match(metrics.headers['content-type'], /^application\/openmetrics-text/);
  assert.match(metrics.body.toString(), /nodejs_heap_size_used_bytes \d+/);
  assert.deepEqual((await ask(port, '/report')).json, { diagnosis: null, finding: null });
  const { samples, marks } = await until(async () => {
    const { json } = await ask(port, '/history');
    return json.samples.length >= 2 && json;
  }, 'two samples');
  assert.ok(samples[0].at < samples[1].at && samples[1].heapUsed > 0);
  assert.equal(marks[0].kind, 'start');
  assert.deepEqual((await ask(port, `/history?since=${samples.at(-1).at + 1e6}`)).json, { samples: [], marks: [] });
  if (socket !== null) assert.equal((await ask(null, '/healthz', { socketPath: socket })).status, 200);
  const missing = await ask(port, '/nothing');
  assert.equal(missing.status, 404);
  assert.equal(missing.json.error.code, 'LG_HTTP_NOT_FOUND');
  assert.match(missing.json.error.advice, /openapi/);
});

test('it answers while the event loop is blocked, and says so', async (t) => {
  const { port, tell } = await startApp(t);
  await until(async () => (await ask(port, '/stats')).json.memory.heapUsed > 0, 'a first answer');
  const blocked = tell({ block: 4000 });
  const health = await until(async () => {
    const { json } = await ask(port, '/healthz');
    return json.status === 'blocked' && json;
  }, 'a blocked event loop');
  assert.ok(health.blockedMs >= 1000);
  for (const address of ['/stats', '/metrics', '/history', '/snapshots', '/report', '/machine', '/estimate']) {
    assert.equal((await ask(port, address)).status, 200, address);
  }
  assert.equal((await ask(port, '/healthz')).json.status, 'blocked', 'all that was answered meanwhile');
  await blocked;
  await until(async () => (await ask(port, '/healthz')).json.status === 'ok', 'an event loop that runs again');
});

test('a capture: asked for, awaited, listed, downloaded, compared, deleted', { timeout: 120_000 }, async (t) => {
  const { port, tell, directory } = await startApp(t);
  const estimate = (await ask(port, '/estimate')).json;
  assert.equal(estimate.mode, linux ? 'fork' : 'inline');
  assert.equal(estimate.fits, true, JSON.stringify(estimate));
  await tell({ leak: 20_000 });
  const first = await ask(port, '/snapshot?label=first%20one');
  assert.equal(first.status, 200, first.body.toString());
  const { id, label, nodeCount, classes, links, bytes } = first.json;
  assert.equal(label, 'first one');
  assert.ok(nodeCount > 10_000);
  assert.equal(classes.length, 20);
  assert.ok(classes.every(({ retainedSize }, i) => i === 0 || retainedSize <= classes[i - 1].retainedSize));
  assert.equal(links.download, `snapshots/${id}/download`);

  await tell({ leak: 20_000 });
  const accepted = await ask(port, '/snapshot?wait=0', { method: 'POST' });
  assert.equal(accepted.status, 202);
  assert.equal(accepted.headers.location, `snapshots/${accepted.json.id}`);
  const joined = await ask(port, '/snapshot');
  assert.equal(joined.json.id, accepted.json.id, 'a capture under way is joined');
  const { snapshots } = (await ask(port, '/snapshots')).json;
  assert.deepEqual(snapshots.map((row) => [row.id, row.label, row.state, row.own]), [[joined.json.id, 'http', 'kept', true], [id, 'first one', 'kept', true]]);
  const one = (await ask(port, `/snapshots/${id}`)).json;
  assert.equal(one.nodeCount, nodeCount);
  assert.equal(one.bytes, fs.statSync(path.join(directory, 'snapshots', `${id}.heapsnapshot.gz`)).size);
  assert.equal(one.snapshotBytes, bytes);

  const packed = await ask(port, `/${links.download}`, { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.equal(packed.headers['cache-control'], 'no-store');
  assert.equal(packed.headers['x-leakguard-secret'], 'heap-contents');
  assert.equal(packed.headers['content-disposition'], `attachment; filename="${id}.heapsnapshot"`);
  const plain = await ask(port, `/${links.download}`);
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.ok(gunzipSync(packed.body).equals(plain.body));
  assert.equal(plain.body.length, bytes);
  const file = path.join(directory, 'down.heapsnapshot');
  fs.writeFileSync(file, plain.body);
  assert.equal((await analyze(file)).nodeCount, nodeCount);

  const diff = (await ask(port, `/diff?base=${id}&head=${joined.json.id}`)).json;
  assert.deepEqual(diff.snapshots.map(({ file }) => path.basename(file)), [id, joined.json.id].map((one) => `${one}.heapsnapshot.gz`));
  assert.ok(diff.classes.length > 0);
  const report = (await ask(port, '/report')).json;
  assert.equal(report.diagnosis.rounds.length, 2);
  assert.deepEqual((await ask(port, '/history')).json.marks.map(({ kind }) => kind), ['start', 'capture', 'capture']);

  assert.equal((await ask(port, `/snapshots/${id}`, { method: 'DELETE' })).status, 204);
  for (const method of ['DELETE', 'GET']) assert.equal((await ask(port, `/snapshots/${id}`, { method })).status, 404);
  assert.equal((await ask(port, `/${links.download}`)).status, 404);
});

test('a capture that fails after its 202 says so', { timeout: 60_000 }, async (t) => {
  const directory = folder(t);
  // A link that leads nowhere: there is nothing in it, and it cannot be made.
  fs.symlinkSync(path.join(directory, 'nowhere'), path.join(directory, 'snapshots'));
  const { port } = await startApp(t, { directory });
  let text = '';
  const events = http.get({ host: '127.0.0.1', port, path: '/events', agent: false }, (response) => {
    response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    response.on('error', () => {});
  });
  events.on('error', () => {});
  t.after(() => events.destroy());
  await until(() => text.includes('event: health') || text.includes('event:health'), 'the stream');
  const { status, json: { id, links } } = await ask(port, '/snapshot?wait=0&label=lost');
  assert.equal(status, 202);
  const failed = await until(async () => {
    const { json } = await ask(port, `/${links.self}`);
    return json.state === 'failed' && json;
  }, 'the failure');
  assert.deepEqual([failed.id, failed.label, failed.error.code], [id, 'lost', 'LG_WRITE']);
  assert.ok(failed.error.message.includes('snapshots') && failed.error.advice !== '');
  assert.deepEqual((await ask(port, '/snapshots')).json.snapshots.map((one) => [one.id, one.state]), [[id, 'failed']]);
  await until(() => /"phase":"failed"/.test(text), 'the news of it');
  const told = text.split('\n').find((line) => line.includes('"phase":"failed"'));
  assert.deepEqual(JSON.parse(told.replace(/^data: ?/, '')), { id, label: 'lost', phase: 'failed', done: 0, total: 0, error: failed.error });
  assert.deepEqual((await until(async () => {
    const { json } = await ask(port, '/stats');
    return json.snapshots.failed > 0 && json;
  }, 'the count')).capturing, null);
  assert.equal((await ask(port, `/snapshots/${id}`, { method: 'DELETE' })).status, 204);
  assert.equal((await ask(port, `/snapshots/${id}`)).status, 404);
});

test('other users of the machine get no answer without a token', { skip: !linux || process.getuid() !== 0 }, async (t) => {
  const asNobody = (port, headers) => {
    const script = `fetch('http://127.0.0.1:${port}/stats', { headers: ${JSON.stringify(headers)} }).then(async (r) => console.log(r.status, (await r.json()).error?.code))`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { uid: 65534, gid: 65534, cwd: '/', env: { HOME: '/' }, encoding: 'utf8' });
    return stdout.trim() || stderr;
  };
  const open = await startApp(t);
  assert.equal((await ask(open.port, '/stats')).status, 200);
  assert.equal(asNobody(open.port, {}), '403 LG_HTTP_USER');
  const token = '0123456789abcdef';
  const closed = await startApp(t, { admin: { port: 0, token } });
  assert.equal(asNobody(closed.port, { authorization: `Bearer ${token}` }), '200 undefined');
});

test('captures are limited to so many a minute', { timeout: 120_000 }, async (t) => {
  const { port } = await startApp(t, { admin: { port: 0, capturesPerMinute: 1 }, snapshotDir: false });
  // A capture that takes longer than a minute makes way for the next one.
  const refused = await until(async () => {
    const answer = await ask(port, '/snapshot');
    return answer.status === 429 && answer;
  }, 'a refusal');
  assert.ok(Number(refused.headers['retry-after']) > 0);
  assert.equal(refused.json.error.code, 'LG_HTTP_RATE');
});

test('news come as they happen', { timeout: 60_000 }, async (t) => {
  const { port } = await startApp(t);
  const seen = new Set();
  let text = '';
  const request = http.get({ host: '127.0.0.1', port, path: '/events', agent: false }, (response) => {
    assert.equal(response.headers['content-type'], 'text/event-stream');
    response.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      for (const [, name] of text.matchAll(/^event: ?(\w+)$/gm)) seen.add(name);
    });
    response.on('error', () => {});
  });
  request.on('error', () => {});
  t.after(() => request.destroy());
  await until(() => seen.has('health') && seen.has('sample'), 'health and samples');
  const { json } = await ask(port, '/snapshot');
  await until(() => seen.has('snapshot'), 'the snapshot');
  const [, data] = /^event: ?snapshot\ndata: ?(.*)$/m.exec(text) ?? /^data: ?(.*)\nevent: ?snapshot$/m.exec(text);
  assert.equal(JSON.parse(data).id, json.id);
  assert.match(text, /^retry: ?2000$/m);
});

test('refusals name what is wrong', async (t) => {
  const { port } = await startApp(t, { snapshotDir: false });
  for (const [target, status, code] of [
    ['/snapshot?wait=2', 400, 'LG_HTTP_ARGUMENT'],
    ['/snapshot?mode=magic', 400, 'LG_HTTP_ARGUMENT'],
    [`/snapshot?label=${'x'.repeat(201)}`, 400, 'LG_HTTP_ARGUMENT'],
    ['/history?since=yesterday', 400, 'LG_HTTP_ARGUMENT'],
    ['/diff?base=a', 400, 'LG_HTTP_ARGUMENT'],
    ['/diff?base=a&head=b', 404, 'LG_HTTP_NOT_FOUND'],
    ['/snapshots/x', 404, 'LG_HTTP_NOT_FOUND'],
    ['/snapshots/x/download', 404, 'LG_HTTP_NOT_FOUND'],
    ['/source?file=/etc/passwd&line=1', 404, 'LG_HTTP_NOT_FOUND'],
  ]) {
    const answer = await ask(port, target);
    assert.deepEqual([answer.status, answer.json.error.code], [status, code], target);
    assert.notEqual(answer.json.error.advice, '', target);
  }
  assert.deepEqual((await ask(port, '/snapshots')).json, { snapshots: [] });
  const put = await ask(port, '/stats', { method: 'PUT' });
  assert.deepEqual([put.status, put.json.error.code, put.headers.allow], [405, 'LG_HTTP_METHOD', 'GET,HEAD']);
});

test('stop() leaves no port, no socket, no thread', { skip: !linux }, async (t) => {
  const app = await startApp(t);
  const listening = http.get({ host: '127.0.0.1', port: app.port, path: '/events', agent: false });
  listening.on('error', () => {});
  await ask(app.port, '/stats');
  assert.ok(fs.existsSync(app.socket));
  const { threads, sockets } = await app.tell({ stop: true });
  assert.deepEqual(threads.filter((name) => name !== 'leakguard-stop'), []);
  assert.deepEqual(sockets, []);
  assert.equal(fs.existsSync(app.socket), false);
  await assert.rejects(ask(app.port, '/stats'));
});

test('the port after the wanted one is taken when that is taken', async (t) => {
  const first = await startApp(t);
  const second = await startApp(t, { admin: { port: first.port } });
  assert.ok(second.port > first.port && second.port <= first.port + 100);
});
