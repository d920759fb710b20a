'use strict';

// What the guard costs an HTTP server, with everything on that runs by itself: monitor, asked-for collections,
// alarm, push to a server on this machine. `node benches/monitor/overhead.js [REQUESTS] [ROUNDS]`
//
// Rounds with and without a guard take turns, each in a fresh process that serves a fixed number of requests.
// Processor time per request is compared, not wall time: a busy machine distorts that less.

const { fork } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');

const [requests = 30_000, rounds = 3] = process.argv.slice(2).map(Number);

async function serve(port) {
  const guard = port === 0 ? null : require('../../lib/guard.js').start({ signal: false, push: { server: `http://127.0.0.1:${port}/`, heartbeatInterval: 1, reportInterval: 1, logdir: `${require('node:os').tmpdir()}/leakguard-bench-${process.pid}` } });
  const server = http.createServer((request, response) => {
    const work = Array.from({ length: 100 }, (_, i) => ({ i, text: `item ${i}` }));
    response.end(JSON.stringify(work.slice(0, 20)));
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  const [kind] = await once(process, 'message');
  const before = process.cpuUsage();
  if (kind === 'measure') await once(process, 'message');
  const { user, system } = process.cpuUsage(before);
  await guard?.stop();
  process.send({ us: user + system }, () => process.exit());
}

async function load(port) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  let left = requests;
  const one = () => new Promise((resolve, reject) => http.get({ port, host: '127.0.0.1', agent }, (response) => response.resume().on('end', resolve)).on('error', reject));
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (left-- > 0) await one();
  }));
  agent.destroy();
}

async function round(sink) {
  const child = fork(__filename, ['serve', sink]);
  const [{ port }] = await once(child, 'message');
  child.send('measure');
  await load(port);
  child.send('stop');
  const [{ us }] = await once(child, 'message');
  return us / requests;
}

async function main() {
  const sink = http.createServer((request, response) => request.resume().on('end', () => response.end())).listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const without = [];
  const withGuard = [];
  for (let i = 0; i < rounds; i++) {
    without.push(await round(0));
    withGuard.push(await round(sink.address().port));
  }
  sink.close();
  sink.closeAllConnections();
  const best = (list) => Math.min(...list);
  console.log(`processor time per request, best of ${rounds} rounds of ${requests}:`);
  console.log(`  without a guard  ${best(without).toFixed(1)} us`);
  console.log(`  with everything  ${best(withGuard).toFixed(1)} us  (${((best(withGuard) / best(without) - 1) * 100).toFixed(1)} %)`);
}

if (process.argv[2] === 'serve') serve(Number(process.argv[3]));
else main();
