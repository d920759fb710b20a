'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { test } = require('node:test');
const Ajv = require('ajv/dist/2020.js').default;

const { spawn } = require('node:child_process');
const readline = require('node:readline');

const { ask, folder, startApp, until } = require('./admin/process.js');

const ROOT = path.join(__dirname, '..');
const api = JSON.parse(fs.readFileSync(path.join(ROOT, 'docs', 'openapi.json'), 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ } });
ajv.addSchema(api, 'api');

// The routes that a router in Rust is made of, in OpenAPI's notation.
function routesIn(file) {
  const text = fs.readFileSync(path.join(ROOT, file), 'utf8').split('#[cfg(test)]')[0];
  return [...text.matchAll(/\.route\("([^"]+)", ((?:\.?\w+\([\w:]+\))+)\)/g)].map(([, route, handlers]) => {
    const methods = [...handlers.matchAll(/\b(get|post|put|delete|patch|any)\(/g)].map(([, method]) => method);
    return [route, methods.sort()];
  });
}

const METHODS = ['get', 'post', 'put', 'delete', 'patch'];

test('every route that is served is documented, and the other way round', () => {
  const passedOn = ([route]) => route.startsWith('/explore/');
  const served = [
    ...[...routesIn('src/deliver/admin/mod.rs'), ...routesIn('src/deliver/http/page.rs')].filter((route) => !passedOn(route)),
    ...routesIn('src/deliver/explore/mod.rs').filter(passedOn),
  ];
  const documented = Object.entries(api.paths).map(([route, item]) => [route, METHODS.filter((method) => item[method] !== undefined).sort()]);
  assert.ok(served.length > 30, 'routes were found in the sources');
  const sorted = (rows) => rows.map(([route, methods]) => `${route} ${methods}`).sort();
  assert.deepEqual(sorted(documented), sorted(served));
});

// Fails unless the answer is one that is documented for the route.
function check(route, method, answer) {
  const { responses } = api.paths[route][method];
  let documented = responses[answer.status];
  assert.ok(documented, `${method} ${route}: ${answer.status} is not documented: ${answer.body}`);
  if (documented.$ref) documented = api.components.responses[documented.$ref.split('/').at(-1)];
  const { content } = documented;
  if (content === undefined) return;
  const type = (answer.headers['content-type'] ?? '').split(';')[0];
  assert.ok(Object.hasOwn(content, type), `${method} ${route}: ${type} is not documented`);
  const { schema } = content[type];
  if (schema === undefined) return;
  const pointer = (text) => text.replaceAll('~', '~0').replaceAll('/', '~1');
  const at = schema.$ref ?? `#/paths/${pointer(route)}/${method}/responses/${answer.status}/content/${pointer(type)}/schema`;
  const validate = ajv.getSchema(`api${encodeURI(at)}`) ?? ajv.compile({ $ref: `api${encodeURI(at)}` });
  assert.ok(validate(answer.json), `${method} ${route}: ${ajv.errorsText(validate.errors)} in ${answer.body}`);
}

test('every documented route answers as its schema says', { timeout: 120_000 }, async (t) => {
  const { port, tell } = await startApp(t);
  await until(async () => (await ask(port, '/history')).json.samples.length > 0, 'a sample');
  await tell({ leak: 5000 });
  const visited = new Set();
  const visit = async (route, method, target = route, options = {}) => {
    const answer = await ask(port, target, { method: method.toUpperCase(), ...options });
    check(route, method, answer);
    visited.add(`${method} ${route}`);
    return answer;
  };
  const { json: { id: base } } = await visit('/snapshot', 'get');
  const { json: { id: head } } = await visit('/snapshot', 'post', '/snapshot?wait=0');
  await visit('/stats', 'get');
  await visit('/snapshots', 'get');
  await visit('/snapshots/{id}', 'get', `/snapshots/${head}`);
  await visit('/snapshot', 'get');
  await visit('/snapshot', 'get', '/snapshot?wait=2');
  await visit('/snapshots/{id}', 'get', `/snapshots/${base}`);
  await visit('/snapshots/{id}/download', 'get', `/snapshots/${base}/download`);
  await visit('/diff', 'get', `/diff?base=${base}&head=${head}`);
  await visit('/diff', 'get', '/diff?base=1&head=2');
  for (const route of ['/', '/healthz', '/metrics', '/stats', '/history', '/report', '/estimate', '/snapshots', '/machine']) await visit(route, 'get');
  await visit('/history', 'get', '/history?since=x');
  await visit('/assets/{name}', 'get', '/assets/none');
  await visit('/snapshots/{id}', 'delete', `/snapshots/${base}`);
  await visit('/snapshots/{id}', 'delete', `/snapshots/${base}`);
  await visit('/source', 'get', '/source?file=/nowhere.js&line=1');
  await visit('/report', 'get', '/report', { headers: { Host: 'evil.example' } });
  const events = http.get({ host: '127.0.0.1', port, path: '/events', agent: false });
  t.after(() => events.destroy());
  const [response] = await new Promise((resolve) => events.once('response', (...given) => resolve(given)));
  check('/events', 'get', { status: response.statusCode, headers: response.headers });
  visited.add('get /events');
  const documented = Object.entries(api.paths).flatMap(([route, item]) => METHODS.filter((method) => item[method]).map((method) => `${method} ${route}`));
  assert.deepEqual(documented.filter((one) => !one.includes('/explore/') && !visited.has(one)), []);
});

// Looks into two snapshots through the server of a process, which passes on to another one; takes and forgets a file at
// `leakguard view`, since a process takes none.
test('every documented way into a snapshot answers as its schema says', { timeout: 120_000, skip: process.platform === 'win32' }, async (t) => {
  const { port, tell } = await startApp(t);
  const visited = new Set();
  const visit = async (route, target) => {
    let answer;
    do {
      answer = await ask(port, target);
      check(route, 'get', answer);
    } while (answer.status === 202);
    visited.add(`get ${route}`);
    return answer;
  };
  await tell({ leak: 2000 });
  const { json: { id: base } } = await ask(port, '/snapshot');
  await tell({ leak: 5000 });
  const { json: { id: head } } = await ask(port, '/snapshot');
  const both = `base=${base}&head=${head}`;
  await visit('/explore/files', '/explore/files');
  const one = (route, rest) => visit(`/explore/{id}/${route}`, `/explore/${head}/${rest ?? route}`);
  await one('summary');
  const { json: { rows: [held] } } = await one('classes', 'classes?filter=Held&sort=count');
  assert.equal(held.count, 7000);
  const { json: { rows: [object] } } = await one('classes/{index}/nodes', `classes/${held.index}/nodes?sort=id`);
  const { json: detail } = await one('nodes', `nodes?nodeId=${object.id}`);
  assert.ok(detail.path.length > 1);
  await one('nodes/{index}', `nodes/${object.index}`);
  await one('nodes/{index}', 'nodes/0');
  await one('nodes/{index}/children', `nodes/${object.index}/children?sort=retainedSize`);
  await one('nodes/{index}/retainers', `nodes/${object.index}/retainers?limit=5`);
  await one('dominators', 'dominators?depth=3&limit=50');
  for (const search of ['q=Held', 'q=held&kind=string', `q=@${object.id}&kind=id`]) {
    const { json: { rows } } = await one('search', `search?${search}`);
    assert.ok(rows.length > 0, search);
  }
  for (const by of ['duplicates', 'size']) await one('strings', `strings?by=${by}`);
  await one('buffers');
  await visit('/explore/compare', `/explore/compare?${both}&filter=Held`);
  for (const kind of ['added', 'removed', 'grown']) await visit('/explore/compare/objects', `/explore/compare/objects?${both}&key=${encodeURIComponent(held.key)}&kind=${kind}`);
  await visit('/explore/compare/growth', `/explore/compare/growth?${both}`);
  const { json: { rounds } } = await visit('/explore/diagnosis', `/explore/diagnosis?ids=${base},${head}`);
  assert.equal(rounds.length, 2);
  for (const [route, target, status] of [
    ['/explore/{id}/summary', '/explore/none/summary', 404],
    ['/explore/{id}/nodes/{index}', `/explore/${head}/nodes/4000000000`, 400],
    ['/explore/{id}/classes', `/explore/${head}/classes?sort=beauty`, 400],
    ['/explore/diagnosis', '/explore/diagnosis?ids=', 400],
  ]) {
    assert.equal((await visit(route, target)).status, status, target);
  }

  const view = await startView(t);
  const taken = await view('post', '/explore/files?name=x', 'no snapshot');
  check('/explore/files', 'post', taken);
  const bad = await until(async () => {
    const answer = await view('get', `/explore/${taken.json.id}/summary`);
    check('/explore/{id}/summary', 'get', answer);
    return answer.status !== 202 && answer;
  }, 'a refusal');
  assert.equal(bad.status, 422);
  check('/explore/files', 'get', await view('get', '/explore/files'));
  for (const status of [204, 404]) {
    const gone = await view('delete', `/explore/files/${taken.json.id}`);
    assert.equal(gone.status, status);
    check('/explore/files/{id}', 'delete', gone);
  }
  check('/explore/files', 'post', await ask(port, '/explore/files', { method: 'POST' }));
  for (const one of ['post /explore/files', 'delete /explore/files/{id}']) visited.add(one);
  const documented = Object.entries(api.paths).flatMap(([route, item]) => METHODS.filter((method) => item[method]).map((method) => `${method} ${route}`));
  assert.deepEqual(documented.filter((name) => name.includes('/explore/') && !visited.has(name)), []);
});

/** `leakguard view` without files; asks it as `(method, target, body)`. */
async function startView(t) {
  const child = spawn(process.execPath, [path.join(ROOT, 'bin', 'leakguard.js'), 'view', '--json'], { env: { ...process.env, TMPDIR: folder(t) }, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const line = await new Promise((resolve) => readline.createInterface({ input: child.stdout }).once('line', resolve));
  const { address, url } = JSON.parse(line);
  const authorization = `Bearer ${new URL(url).searchParams.get('token')}`;
  return async (method, target, body) => {
    const response = await fetch(new URL(target, address), { method: method.toUpperCase(), headers: { authorization }, body });
    const text = await response.text();
    const headers = Object.fromEntries(response.headers);
    return { status: response.status, headers, body: text, json: text === '' ? undefined : JSON.parse(text) };
  };
}

test('the check can fail', () => {
  const answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '' };
  assert.throws(() => check('/healthz', 'get', { ...answer, json: { status: 'fine' } }), /must have required property/);
  assert.throws(() => check('/healthz', 'get', { ...answer, status: 418 }), /not documented/);
});
