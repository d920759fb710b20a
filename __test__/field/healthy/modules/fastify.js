'use strict';
const { load } = require('../../package-under-test.js');
const { get } = require('../../loopback.js');

let app;
let url;
exports.setup = async () => {
  const { default: fastify } = await load();
  app = fastify();
  const response = { 200: { type: 'object', properties: { id: { type: 'string' } } } };
  app.get('/users/:id', { schema: { response } }, async (request) => ({ id: request.params.id }));
  url = await app.listen({ host: '127.0.0.1', port: 0 });
};
exports.iterate = (i) => get(`${url}/users/${i}`);
exports.teardown = () => app.close();
