'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { test } = require('node:test');
const Ajv = require('ajv/dist/2020.js').default;

const { ask, startApp, until } = require('./admin/process.js');

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
  const served = [...routesIn('src/deliver/admin/mod.rs'), ...routesIn('src/deliver/http/page.rs')].filter(([route]) => !route.startsWith('/explore/'));
  const documented = Object.entries(api.paths)
    .filter(([route]) => !route.startsWith('/explore/'))
    .map(([route, item]) => [route, METHODS.filter((method) => item[method] !== undefined).sort()]);
  assert.ok(served.length > 15, 'routes were found in the sources');
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

test('the check can fail', () => {
  const answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '' };
  assert.throws(() => check('/healthz', 'get', { ...answer, json: { status: 'fine' } }), /must have required property/);
  assert.throws(() => check('/healthz', 'get', { ...answer, status: 418 }), /not documented/);
});
