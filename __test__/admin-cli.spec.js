'use strict';

const assert = require('node:assert/strict');
const { execFile, spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { test } = require('node:test');

const { compare } = require('..');
const { ask, folder, startApp, until } = require('./admin/process.js');

const CLI = path.join(__dirname, '..', 'bin', 'leakguard.js');
const TOKEN = '0123456789abcdef';

// Resolves to { code, stdout, stderr } of a verb.
function leakguard(directory, ...args) {
  const env = { ...process.env, XDG_RUNTIME_DIR: directory };
  delete env.LEAKGUARD_ADMIN_TOKEN;
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}

test('ps, snapshot and report talk to a process by its id or its URL', { timeout: 90_000 }, async (t) => {
  const directory = folder(t);
  const none = await leakguard(directory, 'ps');
  assert.deepEqual([none.code, none.stdout], [0, 'no process has an admin server\n']);
  const { child, url, port } = await startApp(t, { directory, admin: { port: 0, token: TOKEN } });
  const headers = { Authorization: `Bearer ${TOKEN}` };
  await until(async () => (await ask(port, '/stats', { headers })).json.memory.heapUsed > 0, 'numbers');
  const { processes } = JSON.parse((await leakguard(directory, 'ps', '--json')).stdout);
  assert.deepEqual(processes.map(({ pid, app, address, verdict }) => ({ pid, app, address, verdict })), [{ pid: child.pid, app: 'admin-app.js', address: url, verdict: 'warming-up' }]);
  assert.match((await leakguard(directory, 'ps')).stdout, new RegExp(`admin-app.js +${child.pid} .*MB.*warming-up +${url}`));

  const empty = await leakguard(directory, 'report', String(child.pid));
  assert.deepEqual([empty.code, empty.stdout], [0, 'nothing was captured yet\n']);
  const taken = await leakguard(directory, 'snapshot', String(child.pid), '--label', 'by hand');
  assert.equal(taken.code, 0, taken.stderr);
  assert.match(taken.stdout, /^2\d{3}-\S+-by_hand\n {2}[\d,]+ objects, .*stood still for/);
  const again = await leakguard(directory, 'snapshot', url, '--token', TOKEN, '--json');
  assert.equal(JSON.parse(again.stdout).label, 'cli');
  const report = await leakguard(directory, 'report', url, '--token', TOKEN, '--json');
  assert.equal(JSON.parse(report.stdout).diagnosis.rounds.length, 2);

  for (const [args, code] of [
    [['report', '1'], 'LG_NO_PROCESS'],
    [['report', 'nonsense'], 'LG_USAGE'],
    [['report', url], 'LG_HTTP_TOKEN'],
    [['report', 'http://127.0.0.1:1/'], 'LG_HTTP_FAILED'],
    [['snapshot', String(child.pid), '--mode', 'magic'], 'LG_HTTP_ARGUMENT'],
  ]) {
    const failed = await leakguard(directory, ...args);
    assert.deepEqual([failed.code, failed.stderr.split(':')[0]], [2, code], args.join(' '));
  }
  child.kill('SIGKILL');
  await until(async () => JSON.parse((await leakguard(directory, 'ps', '--json')).stdout).processes.length === 0, 'it is gone from the list');
  if (process.platform !== 'win32') assert.deepEqual(fs.readdirSync(path.join(directory, 'leakguard')), []);
});

test('report calls a leak what the guard confirmed, and growth what may still be a cache', async (t) => {
  const directory = folder(t);
  const fixtures = ['a', 'b'].map((which) => path.join(__dirname, 'fixtures', `node24-shapes-${which}.heapsnapshot.gz`));
  const diagnosis = { ...(await compare(fixtures)), verdict: 'leak' };
  let answer = null;
  const server = http.createServer((request, response) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer)));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const told = async (finding) => {
    answer = { diagnosis, finding };
    const { code, stdout } = await leakguard(directory, 'report', `http://127.0.0.1:${server.address().port}/`);
    return [code, stdout.trim().split(' ')[0]];
  };
  assert.deepEqual(await told({ confirmed: true, diagnosis }), [1, 'LEAK']);
  assert.deepEqual(await told({ confirmed: false, diagnosis }), [0, 'GROWING']);
  assert.deepEqual(await told(null), [1, 'LEAK'], 'captures that were asked for');
});

test('each process of a cluster has its own address, and all know each other', { timeout: 60_000, skip: process.platform === 'win32' }, async (t) => {
  const directory = folder(t);
  const { port } = await startApp(t, { directory });
  const primary = spawn(process.execPath, [path.join(__dirname, 'apps', 'admin-cluster.js'), String(port)], {
    env: { ...process.env, XDG_RUNTIME_DIR: directory },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  t.after(() => primary.kill('SIGKILL'));
  const processes = await until(async () => {
    const { json } = await ask(port, '/machine');
    return json.processes.length === 4 && json.processes;
  }, 'four processes');
  assert.equal(new Set(processes.map(({ address }) => address)).size, 4);
  assert.deepEqual(processes.map(({ cluster }) => cluster).sort(), ['1', '2', null, null]);
  assert.equal(processes.filter(({ self }) => self).length, 1);
  primary.kill();
});

test('run: says where to look, to people and to programs', { timeout: 60_000 }, async (t) => {
  const directory = folder(t);
  const app = path.join(directory, 'app.js');
  fs.writeFileSync(app, 'process.stdin.resume(); process.stdin.on("end", () => process.exit(3));');
  for (const json of [false, true]) {
    const args = [CLI, 'run', ...(json ? ['--json'] : []), app];
    const child = spawn(process.execPath, args, { env: { ...process.env, XDG_RUNTIME_DIR: directory, LEAKGUARD_ADMIN: '127.0.0.1:0' }, stdio: ['pipe', 'inherit', 'pipe'] });
    t.after(() => child.kill('SIGKILL'));
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    await until(() => text.includes('\n'), 'an address');
    const url = json ? JSON.parse(text).leakguard.url : /^leakguard: process \d+ is at (http:\S+)\n/.exec(text)[1];
    assert.equal((await ask(Number(new URL(url).port), '/stats')).json.process.app, 'app.js');
    child.stdin.end();
    assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 3);
  }
});
