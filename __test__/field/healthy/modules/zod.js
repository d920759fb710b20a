'use strict';
const { load } = require('../../package-under-test.js');

let schema;
exports.setup = async () => {
  const { z } = await load();
  schema = z.object({ id: z.number().int(), name: z.string().min(1), tags: z.array(z.string()).optional() });
};
exports.iterate = (i) => {
  schema.parse({ id: i, name: `user-${i}`, tags: ['a'] });
  return schema.safeParse({ id: 'x', name: '' }).success;
};
