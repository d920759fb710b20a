'use strict';
const { load } = require('../../package-under-test.js');
const { get, listen } = require('../../loopback.js');

let server;
exports.setup = async () => {
  const { default: Koa } = await load();
  const app = new Koa();
  app.use(async (ctx, next) => {
    await next();
    ctx.set('x-length', String(ctx.body.length));
  });
  app.use(async (ctx) => {
    ctx.body = `hello ${ctx.path}`;
  });
  server = await listen(app.callback());
};
exports.iterate = (i) => get(`${server.url}page/${i}`);
exports.teardown = () => server.close();
