'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { hunt } = require('../lib/hunt/hunt.js');

const APP = path.join(__dirname, 'apps', 'behaviour.js');
const CLI = path.join(__dirname, '..', 'bin', 'leakguard.js');

const fails = (behaviour, expected, options = {}) =>
  assert.rejects(hunt({ app: APP, ...options, env: { BEHAVIOUR: behaviour, ...options.env } }), (error) => {
    assert.equal(error.code, expected.code, error.stack);
    assert.match(error.message, expected.message);
    if (expected.stderr) assert.match(error.stderr, expected.stderr);
    return true;
  });

test('an app that exits before it listens', () =>
  fails('exit at once', { code: 'LG_HUNT_APP_EXITED', message: /with code 3 while it started/, stderr: /no database/ }));

test('an app that dies under load', () =>
  fails('exit under load', {
    code: 'LG_HUNT_APP_EXITED',
    message: /with code \d+ during the warm-up/,
    stderr: /one request too many/,
  }));

test('an app that never listens', () =>
  fails('never listen', { code: 'LG_HUNT_NOT_LISTENING', message: /after 1 s/ }, { startTimeout: 1 }));

test('an app that answers every request with an error', () =>
  fails('answer 500', { code: 'LG_HUNT_REQUESTS_FAILED', message: /all \d+ requests .* status 500/ }));

test('a port in use, noticed before and after the app is started', async (t) => {
  const busy = net.createServer((socket) => socket.destroy());
  await once(busy.listen(0, '127.0.0.1'), 'listening');
  t.after(() => busy.close());
  const port = String(busy.address().port);
  await fails('never listen', { code: 'LG_HUNT_PORT_IN_USE', message: /already listens/ }, { url: `http://127.0.0.1:${port}/` });
  await fails('listen on a busy port', { code: 'LG_HUNT_PORT_IN_USE', message: /in use/, stderr: /EADDRINUSE/ }, { env: { BUSY_PORT: port } });
});

test('a module without iterate(), one that throws, one that does not load', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-hunt-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const module = (name, text) => {
    fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const rejects = (file, code, message) => assert.rejects(hunt({ iterate: file }), { code, message });
  await rejects(module('none.js', 'exports.run = () => {};'), 'LG_HUNT_MODULE', /exports no function 'iterate'/);
  await rejects(module('broken.js', 'let let;'), 'LG_HUNT_MODULE', /let is disallowed/);
  await rejects(
    module('throws.mjs', 'export function iterate(i) { if (i === 7) throw new Error("seven"); }'),
    'LG_HUNT_ITERATE',
    /^iterate\(7\) threw: Error: seven\n.*throws\.mjs:1/,
  );
  await rejects(module('setup.js', 'exports.setup = () => { throw new Error("not today"); }; exports.iterate = () => {};'), 'LG_HUNT_MODULE', /not today/);
  await rejects(module('exits.js', 'exports.iterate = (i) => { if (i === 9) process.exit(0); };'), 'LG_HUNT_APP_EXITED', /with code 0 during the warm-up/);
});

test('a signal that is raised ends the hunt at once', async () => {
  const controller = new AbortController();
  const going = hunt({
    app: APP,
    env: { BEHAVIOUR: 'never listen' },
    signal: controller.signal,
    onProgress: () => setTimeout(() => controller.abort(), 300),
  });
  await assert.rejects(going, { code: 'LG_CANCELLED' });
  await assert.rejects(hunt({ app: APP, signal: AbortSignal.abort() }), { code: 'LG_CANCELLED' });
});

// Starts a hunt of the app that refuses to leave and learns the process ids of it and of its child.
async function stubbornHunt(t) {
  const server = net.createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${server.address().port}/`;
  server.close();
  await once(server, 'close');
  const controller = spawn(process.execPath, [CLI, 'hunt', APP, '--url', url], {
    env: { ...process.env, BEHAVIOUR: 'refuse to leave' },
    stdio: 'ignore',
  });
  t.after(() => controller.kill('SIGKILL'));
  for (let attempt = 0; attempt < 200; attempt++) {
    const pids = await new Promise((resolve) => {
      http
        .get(url, (res) => resolve(res.resume().headers['x-pids']))
        .on('error', () => resolve(undefined));
    });
    if (pids !== undefined) return { controller, pids: pids.split(' ').map(Number) };
    await sleep(50);
  }
  throw new Error('the app did not come up');
}

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    // A zombie whose parent is gone waits for whoever adopted it; it runs no more.
    return process.platform !== 'linux' || !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

async function gone(pids) {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (!pids.some(alive)) return true;
    await sleep(50);
  }
  return false;
}

test('Ctrl-C leaves no child', async (t) => {
  const { controller, pids } = await stubbornHunt(t);
  controller.kill('SIGINT');
  const [code] = await once(controller, 'exit');
  assert.equal(code, 2);
  assert.deepEqual(pids.filter(alive), []);
});

test('a controller that is killed leaves no app', async (t) => {
  const { controller, pids } = await stubbornHunt(t);
  controller.kill('SIGKILL');
  await once(controller, 'exit');
  assert.ok(await gone(pids), `still there: ${pids.filter(alive)}`);
});
