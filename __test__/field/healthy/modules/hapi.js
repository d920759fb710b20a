'use strict';
const { load } = require('../../package-under-test.js');
const { get } = require('../../loopback.js');

let server;
exports.setup = async () => {
  const { default: Hapi } = await load();
  server = Hapi.server({ host: '127.0.0.1', port: 0 });
  server.route({ method: 'GET', path: '/users/{id}', handler: (request) => ({ id: request.params.id }) });
  await server.start();
};
exports.iterate = (i) => get(`${server.info.uri}/users/${i}`);
exports.teardown = () => server.stop();
