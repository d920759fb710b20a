'use strict';

// One app in four frameworks: the guard's middleware under /debug/leakguard, a page of its own beside it. Started by
// fork() with the framework's name and the options of start() and middleware(), as JSON; says { port }.

const http = require('node:http');
const { createRequire } = require('node:module');
const path = require('node:path');

const { start } = require('../..');

const frameworks = createRequire(path.join(__dirname, '..', 'frameworks', 'package.json'));
const [, , framework, text] = process.argv;
const { guard: guardOptions, middleware: given = {}, authorized } = JSON.parse(text);
const PREFIX = '/debug/leakguard';
const OWN = { own: true };
const guard = start(guardOptions);
const options = authorized === undefined ? given : { ...given, authorize: (request) => request.headers['x-user'] === authorized };

const apps = {
  http() {
    const admin = guard.middleware({ ...options, prefix: PREFIX });
    const own = (response) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(OWN));
    return http.createServer((request, response) => admin(request, response, () => own(response)));
  },
  express() {
    const app = frameworks('express')();
    app.use(PREFIX, guard.middleware(options));
    app.use((request, response) => response.json(OWN));
    return http.createServer(app);
  },
  koa() {
    const Koa = frameworks('koa');
    const app = new Koa();
    app.use(guard.middleware({ ...options, prefix: PREFIX }));
    app.use((context) => (context.body = OWN));
    return http.createServer(app.callback());
  },
  'koa-mount'() {
    const Koa = frameworks('koa');
    const app = new Koa();
    app.use(frameworks('koa-mount')(PREFIX, guard.middleware(options)));
    app.use((context) => (context.body = OWN));
    return http.createServer(app.callback());
  },
  async fastify() {
    const app = frameworks('fastify')();
    app.register(guard.middleware(options), { prefix: PREFIX });
    app.get('/*', async () => OWN);
    await app.ready();
    return app.server;
  },
};

(async () => {
  const server = await apps[framework]();
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('message', async () => {
    await guard.stop();
    process.send({ stopped: true });
  });
})();
