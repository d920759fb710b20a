'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { gunzipSync } = require('node:zlib');

const { Monitor } = require('../../lib/monitor/monitor.js');
const { OtlpExporter } = require('../../lib/otlp/exporter.js');
const { otlpOptions } = require('../../lib/otlp/options.js');

// With the messages of OpenTelemetry's own Python package.
function decode(kind, body) {
  return JSON.parse(execFileSync('python3', [path.join(__dirname, 'otlp_decode.py'), kind], { input: body, maxBuffer: 1 << 26 }));
}

const DIAGNOSIS = require('./diagnosis.json');

test('metrics and logs are understood by an implementation that is not ours', { timeout: 60_000 }, async (t) => {
  const received = [];
  let busy = true;
  const collector = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    assert.equal(request.headers['content-encoding'], 'gzip');
    assert.equal(request.headers['content-type'], 'application/x-protobuf');
    // The first attempt meets a collector that is not ready: what it was about must come again.
    if (busy) response.writeHead(503).end();
    else received.push({ url: request.url, body: gunzipSync(Buffer.concat(chunks)) });
    busy = false;
    response.end();
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  t.after(() => collector.close());

  const monitor = new Monitor({ intervalMs: 50, probePauseMs: false });
  t.after(() => monitor.stop());
  const exporter = new OtlpExporter(otlpOptions({ endpoint: `http://127.0.0.1:${collector.address().port}`, service: 'shop', interval: 0.2 }), monitor.native);
  t.after(() => exporter.stop());
  exporter.leak(DIAGNOSIS);
  for (let i = 0; i < 1000 && new Set(received.map(({ url }) => url)).size < 2; i++) await sleep(20);

  const logs = decode('logs', received.find(({ url }) => url === '/v1/logs').body);
  const [{ resource, scopeLogs }] = logs.resourceLogs;
  assert.ok(resource.attributes.some(({ key, value }) => key === 'service.name' && value.stringValue === 'shop'));
  const [record] = scopeLogs[0].logRecords;
  assert.equal(record.severityText, 'ERROR');
  const attributes = Object.fromEntries(record.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
  assert.equal(attributes['leakguard.class'], 'Session');
  assert.equal(attributes['leakguard.fingerprint'], 'abc123');
  assert.equal(attributes['code.file.path'], '/app/server.js');
  assert.doesNotMatch(JSON.stringify(logs), /secret/);

  const metrics = decode('metrics', received.findLast(({ url }) => url === '/v1/metrics').body);
  const byName = new Map(metrics.resourceMetrics[0].scopeMetrics[0].metrics.map((metric) => [metric.name, metric]));
  for (const name of ['v8js.gc.duration', 'v8js.memory.heap.used', 'v8js.memory.heap.space.physical_size', 'v8js.resource.active', 'nodejs.eventloop.delay.p99', 'nodejs.eventloop.utilization', 'nodejs.eventloop.time', 'process.memory.usage', 'process.cpu.time', 'leakguard.growth']) {
    assert.ok(byName.has(name), `${name} is missing: ${[...byName.keys()]}`);
  }
  const used = byName.get('v8js.memory.heap.used');
  assert.equal(used.unit, 'By');
  assert.ok(used.sum.dataPoints.some(({ attributes: [space], asInt }) => space.value.stringValue === 'old_space' && Number(asInt) > 1e6));
  const [bucket] = byName.get('v8js.gc.duration').histogram.dataPoints;
  assert.equal(bucket.bucketCounts.length, bucket.explicitBounds.length + 1);
});
