'use strict';

// What the suites of all runners test: a healthy function, a leaking one, and objects of both fates.

class Session {
  constructor(user) {
    this.user = user;
  }
}

const sessions = [];
const byUser = new Map();

// Runners take what is logged, and some keep it.
module.exports.healthy = async (i) => {
  console.log('call %d', i);
  await null;
  return new Session(i);
};
module.exports.leaking = async (i) => {
  await null;
  sessions.push(new Session(i));
};
module.exports.free = () => new Session('free');
module.exports.kept = () => {
  const session = new Session('kept');
  byUser.set('ada', session);
  return session;
};
// Few calls: a runner's process has a big heap, and this is about runners.
module.exports.few = { iterations: 200, warmup: 50 };
