'use strict';

// A constant HTTP load from a process of its own: so many connections, each sending a request every so many
// milliseconds (0: as soon as the last one is answered), until told to stop. In: the port, the number of
// connections and the interval (argv). Out, on each message from the parent: what happened since the last.

const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');

const [port, connections, intervalMs = 0] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
let latencies = [];
let failed = [];
let running = true;

function request() {
  return new Promise((resolve) => {
    const started = performance.now();
    const fail = (error) => {
      failed.push(error.code ?? error.message);
      resolve();
    };
    http
      .get({ port, agent, host: '127.0.0.1' }, (response) => {
        response.on('data', () => {});
        response.on('error', fail);
        response.on('end', () => {
          if (response.statusCode === 200) latencies.push(performance.now() - started);
          else failed.push(`status ${response.statusCode}`);
          resolve();
        });
      })
      .on('error', fail);
  });
}

async function client() {
  while (running) {
    const due = performance.now() + intervalMs;
    await request();
    const early = due - performance.now();
    if (early > 0) await sleep(early);
  }
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? null;

let since = performance.now();
process.on('message', (message) => {
  if (message === 'stop') running = false;
  const seconds = (performance.now() - since) / 1000;
  const sorted = latencies.sort((a, b) => a - b);
  process.send({
    requests: sorted.length,
    failed,
    perSecond: sorted.length / seconds,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    max: sorted.at(-1) ?? null,
  });
  latencies = [];
  failed = [];
  since = performance.now();
  if (message === 'stop') process.disconnect();
});
process.on('disconnect', () => {
  running = false;
});
for (let i = 0; i < connections; i++) client();
