'use strict';
const { load } = require('../../package-under-test.js');

let validate;
exports.setup = async () => {
  const { default: exported } = await load();
  const ajv = new (exported.default ?? exported)({ allErrors: true });
  validate = ajv.compile({ type: 'object', required: ['id'], properties: { id: { type: 'integer' }, name: { type: 'string' } } });
};
exports.iterate = (i) => validate({ id: i, name: 'x' }) && validate({ name: i });
