'use strict';

// Requests that nobody would think of, from a seed: LEAKGUARD_FUZZ_SEED and LEAKGUARD_FUZZ_REQUESTS choose others. The
// server must answer what comes after them, never with a fault of its own, and keep nothing of them.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { ask, raw, startApp } = require('./admin/process.js');

const SEED = Number(process.env.LEAKGUARD_FUZZ_SEED ?? 1);
const REQUESTS = Number(process.env.LEAKGUARD_FUZZ_REQUESTS ?? 1200);
const AT_ONCE = 16;
const MIB = 2 ** 20;

// mulberry32: small, and the same everywhere.
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'PUT', 'OPTIONS', 'get', 'TRACE', 'GET GET', '', 'M-SEARCH', '\0'];
const ROUTES = ['/', '/stats', '/history', '/report', '/snapshots', '/snapshots/', '/machine', '/estimate', '/healthz', '/metrics', '/source', '/diff', '/assets/', '/explore/x/classes', '/events/', '*', '//', '/%', '/%zz', '/é'];
const PARTS = ['..', '%2e%2e', '%00', '%ff%fe', 'x'.repeat(300), '2026-01-31T12-00-00-000Z-1-x', ';', '#', '\u2028', '\\', '%0d%0a', '[]', '{}'];
const KEYS = ['since', 'base', 'head', 'file', 'line', 'label', 'mode', 'token', 'x'];
const VALUES = ['1', '-1', '1e999', 'NaN', '', '%', '%u0000', '18446744073709551616', '/etc/passwd', '&&==', 'x'.repeat(2000)];
const HEADERS = ['Host: localhost', 'Host: x', 'Host', ': x', 'Content-Length: 5', 'Content-Length: -1', 'Content-Length: 99999999999999999999', 'Transfer-Encoding: chunked', 'Transfer-Encoding: x, chunked', 'Expect: 100-continue', 'Connection: upgrade', 'Connection: close', 'Upgrade: h2c', 'Accept-Encoding: gzip;q=x', 'Authorization: Bearer ', 'Cookie: ;;=;', 'Origin: ://', 'Sec-Fetch-Site: \xff', 'Range: bytes=0-', 'Leakguard-Via: loopback', ' folded', `X: ${'y'.repeat(5000)}`];
const BODIES = ['', 'hello', '5\r\nhello\r\n0\r\n\r\n', 'ffffffffffffffff\r\n', '-1\r\n\r\n', '0\r\n\r\nGET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n'];
const ENDS = ['\r\n', '\n', '\r', '\0\r\n'];

function request(next) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  const often = next() < 0.7;
  const end = often ? '\r\n' : pick(ENDS);
  let target = pick(ROUTES);
  while (next() < 0.3) target += `/${pick(PARTS)}`;
  if (next() < 0.5) target += `?${pick(KEYS)}=${pick(VALUES)}&${pick(KEYS)}=${pick(VALUES)}`;
  const headers = often ? ['Host: localhost'] : [];
  while (next() < 0.6) headers.push(pick(HEADERS));
  const version = next() < 0.8 ? 'HTTP/1.1' : pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/1.1 x', '']);
  const method = next() < 0.5 ? 'GET' : pick(METHODS);
  let bytes = Buffer.from([`${method} ${target} ${version}`, ...headers, '', pick(BODIES)].join(end), 'latin1');
  // Bytes changed, cut off, repeated.
  if (next() < 0.3) for (let i = 0; i < 5; i++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
  if (next() < 0.1) bytes = bytes.subarray(0, Math.floor(next() * bytes.length));
  if (next() < 0.1) bytes = Buffer.concat([bytes, bytes, bytes]);
  return bytes;
}

test('whatever comes, it answers on, and keeps nothing', { timeout: 120_000 }, async (t) => {
  const { port } = await startApp(t, { admin: { port: 0, capturesPerMinute: 1 } });
  const next = random(SEED);
  const statuses = new Map();
  const batch = async (count) => {
    let left = count;
    const one = async () => {
      while (left-- > 0) {
        const bytes = request(next);
        // The client has said all it will: an unfinished request is then over at once.
        const answer = await raw(port, bytes, { end: true });
        assert.notEqual(answer, null, `no answer and no end to ${JSON.stringify(bytes.toString('latin1'))}`);
        for (const [, status] of answer.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)) statuses.set(status, (statuses.get(status) ?? 0) + 1);
        assert.ok(answer === '' || answer.startsWith('HTTP/1.'), answer);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  };
  const resident = async () => (await ask(port, '/stats')).json.memory.rss;
  await batch(REQUESTS / 2);
  const before = await resident();
  await batch(REQUESTS / 2);
  const after = await resident();
  assert.ok(after - before < 32 * MIB, `${(after - before) / MIB} MiB more after as many requests again`);
  assert.equal(statuses.get('500'), undefined, 'a fault of the server\'s own');
  for (const status of ['200', '400', '403', '404', '405']) assert.ok(statuses.get(status) > 0, `the fuzz reaches ${status}: ${JSON.stringify([...statuses])}`);
  assert.equal((await ask(port, '/healthz')).status, 200);
});
