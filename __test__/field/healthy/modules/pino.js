'use strict';
const { load } = require('../../package-under-test.js');
const { Writable } = require('node:stream');

let logger;
exports.setup = async () => {
  const { default: pino } = await load();
  logger = pino(new Writable({ write: (chunk, encoding, done) => done() }));
};
exports.iterate = (i) => logger.child({ request: i }).info({ url: `/users/${i}` }, 'answered');
