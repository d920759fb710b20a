'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { before, describe, test } = require('node:test');

const { ATTACKS, table } = require('./admin/attacks.js');
const { ask, folder, raw, startApp } = require('./admin/process.js');

const TOKEN = '0123456789abcdef';
const DOCS = path.join(__dirname, '..', 'docs', 'admin.md');

// `403 LG_HTTP_HOST`, `431`, or `closed`.
function summary(answer) {
  if (answer === null) return 'no answer';
  const status = /^HTTP\/1\.[01] (\d+)/.exec(answer)?.[1];
  if (status === undefined) return 'closed';
  const code = /"code":"(LG_\w+)"/.exec(answer)?.[1];
  return code === undefined ? status : `${status} ${code}`;
}

test('each attack gets the answer that docs/admin.md says', { timeout: 120_000 }, async (t) => {
  const directory = folder(t);
  const snapshots = path.join(directory, 'snapshots');
  fs.mkdirSync(snapshots, { mode: 0o700 });
  fs.writeFileSync(path.join(snapshots, 'secret'), 'secret');
  fs.writeFileSync(path.join(directory, 'secret.heapsnapshot.gz'), 'secret');
  fs.symlinkSync('/etc/passwd', path.join(snapshots, '2026-01-31T12-00-00-000Z-1-link.heapsnapshot.gz'));
  const open = await startApp(t, { directory, admin: { port: 0, capturesPerMinute: 1 } });
  const locked = await startApp(t, { directory, admin: { port: 0, token: TOKEN } });
  const answers = await Promise.all(
    ATTACKS.map(async ({ name, bytes, end, token, repeat }) => {
      const send = async () => summary(await raw(token ? locked.port : open.port, bytes, { end, withinMs: 90_000 }));
      let answer = await send();
      for (let i = 0; repeat && answer === '200' && i < 5; i++) answer = await send();
      return { name, answer };
    }),
  );
  assert.deepEqual(answers, ATTACKS.map(({ name, answer }) => ({ name, answer })));
  for (const { port } of [open, locked]) assert.notEqual((await ask(port, '/healthz')).status, 500, 'alive');
  assert.ok(fs.existsSync(path.join(directory, 'secret.heapsnapshot.gz')));
});

test('docs/admin.md has the table', () => {
  const page = fs.readFileSync(DOCS, 'utf8');
  if (process.env.LEAKGUARD_UPDATE_DOCS) fs.writeFileSync(DOCS, page.replace(/\| attack \| answer \|[^]*?\n(?=\n|$)/, () => `${table()}\n`));
  assert.ok(fs.readFileSync(DOCS, 'utf8').includes(table()), 'set LEAKGUARD_UPDATE_DOCS=1 to write it anew');
});

test('a text that breaks out of headers or pages stays a text', { timeout: 60_000 }, async (t) => {
  const { port } = await startApp(t);
  const label = '<script>alert(1)</script>\r\nSet-Cookie: a=b';
  const { json, headers } = await ask(port, `/snapshot?label=${encodeURIComponent(label)}`);
  assert.equal(json.label, label);
  assert.equal(headers['set-cookie'], undefined);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
  assert.doesNotMatch(headers['content-security-policy'], /unsafe/);
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  assert.equal(headers['access-control-allow-origin'], undefined);
});

test('a login link sets a cookie once, which then opens everything', async (t) => {
  const { port, socket } = await startApp(t, { admin: { port: 0, token: TOKEN } });
  const page = await ask(port, '/');
  assert.equal(page.status, 200, 'the page itself is no secret');
  const login = await ask(port, `/?token=${TOKEN}`);
  assert.deepEqual([login.status, login.headers.location], [303, './']);
  const [cookie] = login.headers['set-cookie'];
  assert.match(cookie, /^leakguard_[0-9a-f]{12}=[0-9a-f]{64}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
  assert.ok(!cookie.includes(TOKEN));
  const [pair] = cookie.split(';');
  assert.equal((await ask(port, '/stats', { headers: { Cookie: pair } })).status, 200);
  assert.equal((await ask(port, '/stats', { headers: { Cookie: pair, 'Sec-Fetch-Site': 'cross-site' } })).status, 403);
  assert.equal((await ask(port, '/stats', { headers: { Authorization: `Bearer ${TOKEN}` } })).status, 200);
  if (socket !== null) assert.equal((await ask(null, '/stats', { socketPath: socket })).status, 200, 'the owner\'s own programs');
});

test('addresses that others reach need a token, and tokens some length', () => {
  const { start } = require('..');
  for (const admin of [{ host: '0.0.0.0', port: 0 }, { host: '::', port: 0 }, { port: 0, token: 'short' }]) {
    assert.throws(() => start({ admin, snapshotDir: false, signal: false, monitor: false }), { code: 'LG_ADMIN_TOKEN' }, JSON.stringify(admin));
  }
  assert.throws(() => start({ admin: { host: '192.0.2.1', port: 0 }, signal: false }), { code: 'LG_ADMIN_LISTEN' });
  assert.throws(() => start({ admin: { port: 'x', token: 'do not show me' } }), (error) => error.code === 'LG_ARGUMENT' && !error.message.includes('do not show me'));
});

describe('the directory of sockets', { skip: process.platform === 'win32' }, () => {
  const { socketPath, sockets } = require('../lib/admin/runtime-directory.js');
  let uid;
  before(() => {
    uid = process.getuid();
  });

  test('is made for the owner only', (t) => {
    const directory = path.join(folder(t), 'leakguard');
    assert.match(socketPath(directory), new RegExp(`/leakguard/${process.pid}-[0-9a-f]{8}\\.sock$`));
    assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
    assert.deepEqual(sockets(directory), []);
  });

  test('is refused when others may enter it, when it is a link, when it is somebody else\'s', (t) => {
    const parent = folder(t);
    const open = path.join(parent, 'open');
    fs.mkdirSync(open);
    fs.chmodSync(open, 0o755);
    const link = path.join(parent, 'link');
    fs.symlinkSync(open, link);
    const refused = [open, link];
    if (uid === 0) {
      const other = path.join(parent, 'other');
      fs.mkdirSync(other, { mode: 0o700 });
      fs.chownSync(other, 12_345, 12_345);
      refused.push(other);
    }
    for (const directory of refused) {
      assert.throws(() => socketPath(directory), { code: 'LG_ADMIN_DIRECTORY' }, directory);
      assert.throws(() => sockets(directory), { code: 'LG_ADMIN_DIRECTORY' }, directory);
    }
  });

  test('forgets sockets that nobody listens at', async (t) => {
    const directory = folder(t);
    fs.mkdirSync(path.join(directory, 'leakguard'), { mode: 0o700 });
    const stale = path.join(directory, 'leakguard', '1-00000000.sock');
    const server = net.createServer().listen(stale);
    await new Promise((resolve) => server.once('listening', resolve));
    // Closing would remove it; a process that is killed does not.
    fs.renameSync(stale, `${stale}x`);
    server.close();
    fs.renameSync(`${stale}x`, stale);
    const { port } = await startApp(t, { directory });
    assert.equal((await ask(port, '/machine')).json.processes.length, 1);
    assert.equal(fs.existsSync(stale), false);
  });
});
