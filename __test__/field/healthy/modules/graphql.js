'use strict';
const { load } = require('../../package-under-test.js');

let graphql;
let schema;
exports.setup = async () => {
  const exported = await load();
  graphql = exported.graphql;
  schema = exported.buildSchema('type User { id: ID name: String } type Query { user(id: ID): User }');
};
exports.iterate = async (i) => {
  const rootValue = { user: ({ id }) => ({ id, name: `user ${id}` }) };
  const { errors } = await graphql({ schema, rootValue, source: `{ user(id: ${i}) { id name } }` });
  if (errors) throw errors[0];
};
