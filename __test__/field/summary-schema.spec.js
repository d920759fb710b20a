'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { gunzipSync } = require('node:zlib');

const { Monitor } = require('../../lib/monitor/monitor.js');
const { pushOptions } = require('../../lib/push/options.js');
const { Pusher } = require('../../lib/push/pusher.js');

const SCHEMA = path.join(__dirname, '..', '..', 'docs', 'schema', 'summary.v1.json');
const VALIDATE = 'import json, sys, jsonschema; jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(sys.stdin))';

test('what is sent is what the published schema says', { timeout: 60_000 }, async (t) => {
  const summaries = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    summaries.push(JSON.parse(gunzipSync(Buffer.concat(chunks))));
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const logdir = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-schema-'));
  const monitor = new Monitor({ intervalMs: 50, probePauseMs: false });
  const options = { server: `http://127.0.0.1:${server.address().port}/`, logdir, heartbeatInterval: 0.05, reportInterval: 0.05 };
  const pusher = new Pusher(pushOptions(options), monitor.native);
  t.after(async () => {
    // The pusher writes into the directory until it has stopped.
    await pusher.stop();
    monitor.stop();
    server.close();
    fs.rmSync(logdir, { recursive: true, force: true, maxRetries: 10 });
  });
  await pusher.leak(JSON.parse(fs.readFileSync(path.join(__dirname, 'diagnosis.json'), 'utf8')));
  const types = () => [...new Set(summaries.map(({ type }) => type))].sort();
  for (let i = 0; i < 1000 && types().length < 3; i++) await sleep(20);
  assert.deepEqual(types(), ['heartbeat', 'leak', 'report']);
  for (const type of types()) {
    const summary = summaries.find((one) => one.type === type);
    execFileSync('python3', ['-c', VALIDATE, SCHEMA], { input: JSON.stringify(summary), stdio: ['pipe', 'inherit', 'inherit'] });
  }
  const broken = { ...summaries[0], extra: 1 };
  assert.throws(() => execFileSync('python3', ['-c', VALIDATE, SCHEMA], { input: JSON.stringify(broken), stdio: ['pipe', 'ignore', 'ignore'] }), 'the schema refuses what it does not know');
});
