'use strict';

// Talks to admin servers: of a process on this machine by its socket, of any other by its URL.

const http = require('node:http');
const https = require('node:https');

const { LeakguardError } = require('../errors.js');
const { runtimeDirectory, sockets } = require('./runtime-directory.js');

// Servers answer while their event loops are blocked; only captures take longer, and have limits of their own.
const ANSWER_WITHIN_MS = 10_000;

/** Where a process is asked, by its id or its URL. Throws LG_NO_PROCESS or LG_USAGE. */
function targetOf(text) {
  if (/^\d+$/.test(text)) {
    const found = sockets().filter(({ pid }) => pid === Number(text));
    if (found.length === 0) throw new LeakguardError('LG_NO_PROCESS', `process ${text} has no admin server in ${runtimeDirectory()}`);
    // Process ids come again: the socket that is answered is the living one's.
    return { name: `process ${text}`, sockets: found.map(({ path }) => path) };
  }
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return { name: text, url: new URL(text.endsWith('/') ? text : `${text}/`) };
  throw new LeakguardError('LG_USAGE', `'${text}' is neither a process id nor a URL`);
}

/**
 * Asks `path`, such as `report`; resolves to the JSON that comes back. Rejects with the server's own error, or with
 * LG_HTTP_FAILED or LG_NO_PROCESS when there was no answer.
 * @param {{ name: string, sockets?: string[], url?: URL }} target
 * @param {{ method?: string, token?: string, timeoutMs?: number, signal?: AbortSignal }} [options]
 */
async function ask(target, path, options = {}) {
  let last;
  for (const socketPath of target.sockets ?? [null]) {
    try {
      const { status, body } = await exchange(target, socketPath, path, options);
      return read(target, status, body);
    } catch (error) {
      if (error instanceof LeakguardError) throw error;
      last = error;
    }
  }
  if (options.signal?.aborted) throw new LeakguardError('LG_CANCELLED', 'cancelled', { cause: last });
  const gone = target.sockets !== undefined && ['ECONNREFUSED', 'ENOENT'].includes(last.code);
  throw new LeakguardError(gone ? 'LG_NO_PROCESS' : 'LG_HTTP_FAILED', `${target.name} does not answer: ${last.message}`, { cause: last });
}

function exchange({ url }, socketPath, path, { method = 'GET', token = process.env.LEAKGUARD_ADMIN_TOKEN, timeoutMs = ANSWER_WITHIN_MS, signal }) {
  const headers = socketPath === null && token ? { Authorization: `Bearer ${token}` } : {};
  const where = socketPath === null ? new URL(path, url) : { socketPath, path: `/${path}` };
  const { request } = url?.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false, signal, timeout: timeoutMs };
    const asking = socketPath === null ? request(where, options) : request({ ...where, ...options });
    asking.on('timeout', () => asking.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    asking.on('error', reject);
    asking.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }));
    });
    asking.end();
  });
}

function read({ name }, status, body) {
  let json;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new LeakguardError('LG_HTTP_FAILED', `${name} answered ${status} with something else than JSON`, { cause });
  }
  if (status < 400) return json;
  const { code = 'LG_HTTP_FAILED', message = `${name} answered ${status}`, advice = '' } = json.error ?? {};
  throw new LeakguardError(code, message, { advice });
}

module.exports = { ask, targetOf };
