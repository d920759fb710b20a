'use strict';

const { existsSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

// Built from dashboard/, and in the package; a clone may not have it yet.
const PAGE = path.join(__dirname, '..', '..', 'dashboard', 'dist');
const PORT = 2333;
const HOST = '127.0.0.1';
// Captures that clients may ask for in a minute.
const CAPTURES = 6;

const ON = new Set([true, 'true', 'on', 'yes', '1']);

/**
 * The admin option as the guard uses it: `{ host, port, hosts, token, page, capturesPerMinute }`. A text is `true`, a
 * port or `HOST:PORT`; the token comes from LEAKGUARD_ADMIN_TOKEN where none is given, since what is written into a
 * file or a command line is read by others. Throws what the value must be.
 */
function adminOptions(value, env = process.env) {
  const given = typeof value === 'object' && value !== null ? value : fromText(value);
  const { host = HOST, port = PORT, hosts = [], token = env.LEAKGUARD_ADMIN_TOKEN, page = builtPage(), capturesPerMinute = CAPTURES, ...rest } = given;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`without '${unknown}', which it does not know`);
  if (typeof host !== 'string' || host === '') throw new Error('given a host that is a text');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('given a port from 0 to 65535');
  if (!Array.isArray(hosts) || !hosts.every((name) => typeof name === 'string')) throw new Error('given hosts that are a list of names');
  if (token !== undefined && (typeof token !== 'string' || token === '')) throw new Error('given a token that is a text');
  if (page !== null && typeof page !== 'string') throw new Error('given a page that is a path');
  if (!(capturesPerMinute >= 1)) throw new Error('given capturesPerMinute of at least 1');
  return { host, port, hosts: [os.hostname(), ...hosts], token: token ?? null, page, capturesPerMinute };
}

function builtPage() {
  return existsSync(path.join(PAGE, 'index.html')) ? PAGE : null;
}

function fromText(value) {
  if (ON.has(value)) return {};
  const match = /^(?:(?<host>.+):)?(?<port>\d{1,5})$/.exec(String(value));
  if (match === null) throw new Error('true, false, a port, HOST:PORT, or an object');
  const { host, port } = match.groups;
  return host === undefined ? { port: Number(port) } : { host, port: Number(port) };
}

module.exports = { adminOptions };
