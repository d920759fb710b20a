'use strict';
const { load } = require('../../package-under-test.js');

let _;
exports.setup = async () => {
  ({ default: _ } = await load());
};
exports.iterate = (i) => {
  const users = _.range(20).map((n) => ({ id: n, group: n % 3, name: `user ${n + i}` }));
  return _.merge({}, _.mapValues(_.groupBy(users, 'group'), (list) => _.map(_.sortBy(list, 'name'), 'id')), { i });
};
