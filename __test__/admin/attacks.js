'use strict';

// Attacks on the admin server: what is tried, and the answer it must get. docs/admin.md has them as a table that
// admin-attacks.spec.js keeps true.

const HOST = 'Host: localhost';
const CLOSE = 'Connection: close\r\n\r\n';
const get = (target, ...headers) => `GET ${target} HTTP/1.1\r\n${[HOST, ...headers].join('\r\n')}\r\n${CLOSE}`;

/** `bytes`: what is sent; `answer`: status and code, or `closed`. `token`: to the server
 * that has one; `repeat`: until it is refused, for a while. */
const ATTACKS = [
  { name: 'DNS rebinding: the attacker\'s name resolves to 127.0.0.1', bytes: `GET /stats HTTP/1.1\r\nHost: evil.example:2333\r\n${CLOSE}`, answer: '403 LG_HTTP_HOST' },
  { name: 'the same with a name that begins like ours', bytes: `GET /stats HTTP/1.1\r\nHost: localhost.evil.example\r\n${CLOSE}`, answer: '403 LG_HTTP_HOST' },
  { name: 'no Host at all', bytes: 'GET /stats HTTP/1.0\r\n\r\n', answer: '403 LG_HTTP_HOST' },
  { name: 'two Hosts, one of them ours', bytes: get('/stats', 'Host: evil.example'), answer: '400 LG_HTTP_ARGUMENT' },
  { name: 'use as a proxy: an absolute address', bytes: get('http://evil.example/stats'), answer: '403 LG_HTTP_HOST' },
  { name: 'use as a proxy: CONNECT', bytes: `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n${CLOSE}`, answer: '403 LG_HTTP_HOST' },
  { name: 'a page of another site takes a capture by an image', bytes: get('/snapshot', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'), answer: '403 LG_HTTP_ORIGIN' },
  { name: 'a page on another port of localhost reads', bytes: get('/report', 'Sec-Fetch-Site: same-site', 'Origin: http://localhost:3000'), answer: '403 LG_HTTP_ORIGIN' },
  { name: 'a page of another site opens the download in a window', bytes: get('/snapshots/x/download', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate'), answer: '403 LG_HTTP_ORIGIN' },
  { name: 'an older browser: only Origin tells', bytes: get('/stats', 'Origin: https://evil.example'), answer: '403 LG_HTTP_ORIGIN' },
  { name: 'a sandboxed frame, whose origin is null', bytes: get('/stats', 'Origin: null'), answer: '403 LG_HTTP_ORIGIN' },
  { name: 'a browser that sends only a Referer', bytes: get('/snapshot', 'Referer: https://evil.example/'), answer: '403 LG_HTTP_ORIGIN' },
  { name: 'a form of another site', bytes: `POST /snapshot HTTP/1.1\r\n${HOST}\r\nOrigin: https://evil.example\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n${CLOSE}`, answer: '403 LG_HTTP_ORIGIN' },
  { name: 'a CORS preflight', bytes: `OPTIONS /snapshots/x HTTP/1.1\r\n${HOST}\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: DELETE\r\n${CLOSE}`, answer: '403 LG_HTTP_ORIGIN' },
  { name: 'a WebSocket of another site, which no CORS stops', bytes: get('/events', 'Origin: https://evil.example', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='), answer: '403 LG_HTTP_ORIGIN' },
  { name: 'the middleware\'s own header, with a guessed secret', bytes: `GET /stats HTTP/1.1\r\nHost: evil.example\r\nLeakguard-Via: authorized 000000000000000000000000000000000000000000000000\r\n${CLOSE}`, answer: '403 LG_HTTP_HOST' },
  { name: 'no token', token: true, bytes: get('/stats'), answer: '401 LG_HTTP_TOKEN' },
  { name: 'a wrong token', token: true, bytes: get('/stats', 'Authorization: Bearer 0123456789abcdee'), answer: '401 LG_HTTP_TOKEN' },
  { name: 'the beginning of the token', token: true, bytes: get('/stats', 'Authorization: Bearer 0123456789abcde'), answer: '401 LG_HTTP_TOKEN' },
  { name: 'the token as another scheme', token: true, bytes: get('/stats', 'Authorization: Basic 0123456789abcdef'), answer: '401 LG_HTTP_TOKEN' },
  { name: 'the token in the address of anything but the page, where logs would keep it', token: true, bytes: get('/report?token=0123456789abcdef'), answer: '401 LG_HTTP_TOKEN' },
  { name: 'a made-up cookie', token: true, bytes: get('/stats', 'Cookie: leakguard_000000000000=0123456789abcdef'), answer: '401 LG_HTTP_TOKEN' },
  { name: 'a login with a wrong token', token: true, bytes: get('/?token=guess'), answer: '401 LG_HTTP_TOKEN' },
  { name: 'out of the snapshots\' directory: plain dots', bytes: get('/snapshots/../../../../etc/passwd/download'), answer: '404 LG_HTTP_NOT_FOUND' },
  { name: 'the same, escaped', bytes: get('/snapshots/..%2f..%2f..%2fetc%2fpasswd/download'), answer: '404 LG_HTTP_NOT_FOUND' },
  { name: 'the same, escaped twice', bytes: get('/snapshots/%252e%252e%252fpasswd/download'), answer: '404 LG_HTTP_NOT_FOUND' },
  { name: 'a zero byte in an id', bytes: get('/snapshots/2026-01-31T12-00-00-000Z-1-x%00/download'), answer: '404 LG_HTTP_NOT_FOUND' },
  { name: 'another file of that directory', bytes: get('/snapshots/secret/download'), answer: '404 LG_HTTP_NOT_FOUND' },
  { name: 'a link there, with a snapshot\'s name, that leads to a secret', bytes: get('/snapshots/2026-01-31T12-00-00-000Z-1-link/download', 'Accept-Encoding: gzip'), answer: '404 LG_HTTP_NOT_FOUND' },
  { name: 'deleting a file outside it', bytes: `DELETE /snapshots/..%2fsecret HTTP/1.1\r\n${HOST}\r\n${CLOSE}`, answer: '404 LG_HTTP_NOT_FOUND' },
  { name: 'out of the page\'s directory', bytes: get('/assets/..%2f..%2fpackage.json'), answer: '404 LG_HTTP_NOT_FOUND' },
  { name: 'any file as source', bytes: get('/source?file=%2Fetc%2Fpasswd&line=1'), answer: '404 LG_HTTP_NOT_FOUND' },
  { name: 'a head of 100 KB', bytes: get('/stats', `X: ${'x'.repeat(100_000)}`), answer: '431' },
  { name: '1000 headers', bytes: get('/stats', ...Array.from({ length: 1000 }, (_, i) => `X-${i}: 1`)), answer: '431' },
  { name: 'an address of 100 KB', bytes: get(`/${'x'.repeat(100_000)}`), answer: '431' },
  { name: 'two lengths that differ', bytes: `POST /snapshot?wait=2 HTTP/1.1\r\n${HOST}\r\nContent-Length: 1\r\nContent-Length: 2\r\n${CLOSE}xx`, answer: '400' },
  { name: 'a header folded over two lines', bytes: `GET /stats HTTP/1.1\r\n${HOST}\r\nX: 1\r\n 2\r\n${CLOSE}`, answer: '400' },
  { name: 'a line break inside a header', bytes: `GET /stats HTTP/1.1\r\n${HOST}\r\nX: 1\rSet-Cookie: a=b\r\n${CLOSE}`, answer: '400' },
  { name: 'HTTP/2 without being asked', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', answer: 'closed' },
  { name: 'TLS on the plain port', bytes: Buffer.from('16030100c8010000c40303', 'hex'), end: true, answer: '400' },
  { name: 'a method that does not exist', bytes: `BREW /snapshot HTTP/1.1\r\n${HOST}\r\n${CLOSE}`, answer: '405 LG_HTTP_METHOD' },
  { name: 'more captures than a minute may have', bytes: get('/snapshot'), repeat: true, answer: '429 LG_HTTP_RATE' },
  { name: 'a head that never ends (slowloris)', bytes: `GET /stats HTTP/1.1\r\n${HOST}\r\nX: `, answer: 'closed' },
  { name: 'connections that say nothing', bytes: '', answer: 'closed' },
];

/** The table in docs/admin.md. */
function table() {
  const rows = ATTACKS.map(({ name, answer }) => `| ${name} | ${answer} |`);
  return ['| attack | answer |', '|---|---|', ...rows].join('\n');
}

module.exports = { ATTACKS, table };
