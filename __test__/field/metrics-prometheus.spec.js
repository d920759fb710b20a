'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const { start } = require('../../lib/guard.js');

// A free port: taken and given back.
async function freePort() {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

test('a real Prometheus scrapes the metrics and answers a query', { timeout: 120_000 }, async (t) => {
  const guard = start({ signal: false, snapshotDir: false, onLeak: 'off' });
  t.after(() => guard.stop());
  const app = http.createServer((request, response) => {
    const { text, contentType } = guard.metrics();
    response.writeHead(200, { 'content-type': contentType }).end(text);
  });
  app.listen(0, '127.0.0.1');
  await once(app, 'listening');
  t.after(() => app.close());

  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-prometheus-'));
  const config = path.join(folder, 'prometheus.yml');
  const target = `127.0.0.1:${app.address().port}`;
  fs.writeFileSync(config, `scrape_configs:\n  - job_name: app\n    scrape_interval: 1s\n    scrape_timeout: 1s\n    static_configs: [{ targets: ['${target}'] }]\n`);
  const port = await freePort();
  const prometheus = spawn('prometheus', [`--config.file=${config}`, `--storage.tsdb.path=${path.join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  t.after(async () => {
    prometheus.kill('SIGKILL');
    await once(prometheus, 'exit');
    fs.rmSync(folder, { recursive: true, force: true });
    app.closeAllConnections();
  });

  const query = async (expression) => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`);
      return (await response.json()).data.result;
    } catch {
      return [];
    }
  };
  const ask = async (expression) => {
    for (let i = 0; i < 300; i++) {
      const result = await query(expression);
      if (result.length > 0) return result;
      await sleep(200);
    }
    return assert.fail(`no answer to ${expression}`);
  };

  const [used] = await ask('nodejs_heap_size_used_bytes');
  assert.ok(Number(used.value[1]) > 1e6, JSON.stringify(used));
  const spaces = await ask('nodejs_heap_space_size_used_bytes');
  assert.ok(spaces.some(({ metric }) => metric.space === 'old'));
  assert.equal((await ask('sum(leakguard_verdict)'))[0].value[1], '1', 'one verdict is in force');
  assert.ok((await ask('nodejs_gc_duration_seconds_bucket{le="+Inf"}')).length >= 3);
  assert.equal((await ask('up{job="app"}'))[0].value[1], '1');
});
