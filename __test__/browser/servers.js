'use strict';

// The real servers, over real leaks.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');
const readline = require('node:readline');

const ROOT = path.join(__dirname, '..', '..');
const CLI = path.join(ROOT, 'bin', 'leakguard.js');
const LEAKING = path.join(ROOT, 'examples', 'ccap-registry', 'leaking.js');

/** `leakguard view`: its process, and the address to open. */
async function view(args) {
  const child = spawn(process.execPath, [CLI, 'view', '--json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = readline.createInterface({ input: child.stdout });
  const [line] = await first(child, once(lines, 'line'));
  return { child, ...JSON.parse(line) };
}

/** An app with the guard and its admin server: the process, and both addresses. */
async function guarded(app, { snapshotDir, env = {} }) {
  const [appPort, adminPort] = await Promise.all([freePort(), freePort()]);
  const child = spawn(process.execPath, [CLI, 'run', app], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PORT: appPort, LEAKGUARD_ADMIN: adminPort, LEAKGUARD_SNAPSHOT_DIR: snapshotDir, ...env },
  });
  const url = `http://127.0.0.1:${adminPort}/`;
  const appUrl = `http://127.0.0.1:${appPort}/`;
  await first(child, Promise.all([answering(`${url}stats`), answering(appUrl)]));
  return { child, url, appUrl };
}

/** Runs a program to its end; resolves to what it wrote. */
async function output(args, code) {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (texts[name] += text));
  const [ended] = await once(child, 'close');
  if (ended !== code) throw new Error(`${args.join(' ')}: exit code ${ended}, not ${code}\n${texts.stderr}`);
  return texts.stdout;
}

/** As many requests, ten at a time. */
async function load(url, requests) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 10 });
  const one = () =>
    new Promise((resolve, reject) => {
      http.get(url, { agent }, (response) => response.resume().once('end', resolve)).once('error', reject);
    });
  await Promise.all(Array.from({ length: requests }, one));
  agent.destroy();
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** What is awaited, or an error when the process ends before. */
function first(child, awaited) {
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the server ended with code ${code}`);
  });
  gone.catch(() => {});
  return Promise.race([awaited, gone]);
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function answering(url, patienceMs = 30_000) {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      return await fetch(url);
    } catch (cause) {
      if (Date.now() > until) throw new Error(`${url} does not answer`, { cause });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

module.exports = { CLI, LEAKING, ROOT, end, guarded, load, output, view };
