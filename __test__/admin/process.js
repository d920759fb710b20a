'use strict';

// For specs: an app with an admin server, and a client that sends exactly what it is told.

const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

// npm would lend the apps of these specs its package's name.
delete process.env.npm_package_name;

const APP = path.join(__dirname, '..', 'apps', 'admin-app.js');

/** A directory that only its owner may enter, gone after the test. */
function folder(t) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lg-'));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts the app; `{ url, socket, port, directory, child, tell }`. It ends with the test. */
async function startApp(t, { admin = { port: 0 }, env = {}, directory = folder(t), ...options } = {}) {
  const settings = { admin, snapshotDir: path.join(directory, 'snapshots'), lowPriority: false, ...options };
  const child = fork(APP, [JSON.stringify(settings)], {
    env: { ...process.env, XDG_RUNTIME_DIR: directory, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [{ address }] = await once(child, 'message');
  const tell = async (message) => {
    child.send(message);
    const [{ result }] = await once(child, 'message');
    return result;
  };
  return { child, directory, ...address, port: address.url === null ? null : Number(new URL(address.url).port), tell };
}

/** `{ status, headers, body, json }` of one request to 127.0.0.1. */
function ask(port, target, { method = 'GET', headers = {}, socketPath, host = '127.0.0.1' } = {}) {
  return new Promise((resolve, reject) => {
    const where = socketPath === undefined ? { host, port } : { socketPath };
    const request = http.request({ ...where, method, path: target, headers, agent: false });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        const type = response.headers['content-type'] ?? '';
        const json = type.startsWith('application/json') ? JSON.parse(body) : undefined;
        resolve({ status: response.statusCode, headers: response.headers, body, json });
      });
    });
    request.end();
  });
}

/** Sends bytes as they are; what came back until the server closed, or null when it did not within the time. */
function raw(port, bytes, { withinMs = 20_000, end = false } = {}) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const chunks = [];
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(null);
    }, withinMs);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
    if (end) socket.end(bytes);
    else socket.write(bytes);
  });
}

/** Waits until `check` returns something true, and returns that. */
async function until(check, what) {
  for (let i = 0; i < 1200; i++) {
    const found = await check();
    if (found) return found;
    await sleep(25);
  }
  throw new Error(`never: ${what}`);
}

module.exports = { ask, folder, raw, startApp, until };
