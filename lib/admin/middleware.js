'use strict';

// The admin server's addresses inside an app's own server: each request is passed on to the process's own admin server,
// so that both give the same answers by the same rules. What is decided here is how the client came in, which only the
// app's side can see.

const http = require('node:http');

const { LeakguardError } = require('../errors.js');

// What a proxy adds. A request with one of these did not begin at the address it seems to come from.
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
// About one connection only: never passed on.
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'content-length', 'expect', 'leakguard-via']);

/**
 * @param {() => { address: { socket: string | null, url: string | null }, via: string } | null} find the admin server
 * @param {{ token: boolean }} policy whether clients must show the token
 * @param {{ prefix?: string, authorize?: (request: http.IncomingMessage) => boolean | Promise<boolean> }} [options]
 */
function middleware(find, { token }, { prefix = '', authorize } = {}) {
  const mount = prefix.replace(/\/+$/, '');
  if (mount !== '' && !mount.startsWith('/')) throw new LeakguardError('LG_ARGUMENT', 'prefix must begin with /');
  if (authorize !== undefined && typeof authorize !== 'function') throw new LeakguardError('LG_ARGUMENT', 'authorize must be a function');

  // What of a path is ours, behind `base` (what the framework has taken off) and our own prefix; null: nothing is.
  const restOf = (full, base) => {
    const root = `${base}${mount}`;
    if (!full.startsWith(root)) return null;
    const rest = full.slice(root.length);
    return rest === '' || rest.startsWith('/') || rest.startsWith('?') ? rest : null;
  };

  async function serve(request, response, rest, root) {
    // Everything on the page is relative to the folder that it is in.
    if (!rest.startsWith('/')) return response.writeHead(308, { Location: `${root}/${rest}` }).end();
    const judged = await judge(request, { token, authorize });
    const admin = find();
    if (admin === null) return refuse(response, 503, new LeakguardError('LG_GUARD_STOPPED', 'the guard was stopped'));
    if (judged === null) return refuse(response, 403, new LeakguardError('LG_HTTP_CLIENT', 'the request comes from another machine, through a proxy, or from somebody the app does not know'));
    return pass(request, response, rest, admin, judged);
  }

  return adapt({ restOf, serve: (request, response, rest, base) => serve(request, response, rest, `${base}${mount}`) });
}

// How the server shall treat this client, or null when it gets no answer.
async function judge(request, { token, authorize }) {
  if (authorize !== undefined) return (await authorize(request)) === true ? 'authorized' : null;
  if (token) return 'token';
  const direct = request.httpVersion !== '1.0' && FORWARDED.every((name) => request.headers[name] === undefined);
  return direct && isLoopback(request.socket.remoteAddress) ? 'loopback' : null;
}

function isLoopback(address = '') {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

// Streams both ways, and ends on one side when the other does. No address takes a body, so none is passed on.
function pass(request, response, path, { address: { socket, url }, via }, judged) {
  const headers = passedOn(request.rawHeaders);
  headers['leakguard-via'] = `${judged} ${via}`;
  const target = socket === null ? { host: new URL(url).hostname, port: new URL(url).port } : { socketPath: socket };
  return new Promise((resolve) => {
    const asking = http.request({ ...target, method: request.method, path, headers, agent: false, setHost: false });
    asking.on('response', (answer) => {
      const { connection, 'keep-alive': keepAlive, 'transfer-encoding': encoding, ...rest } = answer.headers;
      response.writeHead(answer.statusCode, rest);
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    asking.on('error', (error) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 502, new LeakguardError('LG_INTERNAL', `the admin server does not answer: ${error.message}`));
    });
    response.on('close', () => {
      asking.destroy();
      resolve();
    });
    asking.end();
  });
}

// Headers of one name stay apart, so that the server sees what came. Two hosts are no host.
function passedOn(rawHeaders) {
  const headers = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    if (!HOP_BY_HOP.has(name)) (headers[name] ??= []).push(rawHeaders[i + 1]);
  }
  if (headers.host !== undefined) headers.host = headers.host.join(', ');
  return headers;
}

function refuse(response, status, { code, message, advice }) {
  const body = JSON.stringify({ error: { code, message, advice } });
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

// One function for all: Express and node:http call it (request, response, next), Koa (context, next), Fastify
// registers it as a plugin (instance, options, done).
function adapt(ours) {
  return function leakguard(first, second, third) {
    if (typeof first?.register === 'function') return fastify(ours, first, third);
    if (first?.req !== undefined && first.res !== undefined) return koa(ours, first, second);
    return express(ours, first, second, third);
  };
}

function express({ restOf, serve }, request, response, next) {
  const base = request.baseUrl ?? '';
  const rest = restOf(request.originalUrl ?? request.url, base);
  if (rest === null) return next === undefined ? notFound(response) : next();
  return serve(request, response, rest, base).catch((error) => (next === undefined ? failed(response, error) : next(error)));
}

async function koa({ restOf, serve }, context, next) {
  const base = context.mountPath ?? ''; // by koa-mount
  const rest = restOf(context.originalUrl, base);
  if (rest === null) return next();
  context.respond = false;
  return serve(context.req, context.res, rest, base);
}

function fastify({ restOf, serve }, instance, done) {
  const { prefix } = instance;
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', (request, payload, parsed) => parsed(null));
  const handler = (request, reply) => {
    reply.hijack();
    const rest = restOf(request.raw.url, prefix);
    if (rest === null) return notFound(reply.raw);
    return serve(request.raw, reply.raw, rest, prefix).catch((error) => failed(reply.raw, error));
  };
  for (const url of ['/', '/*']) instance.all(url, handler);
  done();
}

function notFound(response) {
  refuse(response, 404, new LeakguardError('LG_HTTP_NOT_FOUND', 'there is no such address here'));
}

function failed(response, error) {
  if (response.headersSent) response.destroy();
  else refuse(response, 500, new LeakguardError('LG_INTERNAL', String(error)));
}

module.exports = { middleware };
