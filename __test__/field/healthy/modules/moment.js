'use strict';
const { load } = require('../../package-under-test.js');

let moment;
exports.setup = async () => {
  ({ default: moment } = await load());
};
exports.iterate = (i) => moment(i * 1e6).add(i, 'minutes').format('YYYY-MM-DD HH:mm:ss dddd') + moment(`2020-01-0${(i % 9) + 1}`).fromNow();
