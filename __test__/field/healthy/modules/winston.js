'use strict';
const { load } = require('../../package-under-test.js');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setImmediate: turn } = require('node:timers/promises');

let folder;
let logger;
exports.setup = async () => {
  const { default: winston } = await load();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-winston-'));
  logger = winston.createLogger({ transports: [new winston.transports.File({ filename: path.join(folder, 'app.log') })] });
};
exports.iterate = async (i) => {
  logger.info('answered', { url: `/users/${i}` });
  await turn();
};
exports.teardown = () => fs.rmSync(folder, { recursive: true });
