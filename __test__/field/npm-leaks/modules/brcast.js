'use strict';
// A subscription that ends again.
const { load } = require('../../package-under-test.js');

let channel;
exports.setup = async () => {
  const exported = await load();
  const brcast = exported.default?.default ?? exported.default;
  channel = brcast('state');
};
exports.iterate = () => {
  const subscription = channel.subscribe(() => {});
  if (typeof subscription === 'function') subscription();
  else channel.unsubscribe(subscription);
};
