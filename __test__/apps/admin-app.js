'use strict';

// An app with a guard and an admin server. Started by fork(): options as JSON in argv[2]; says { address } and then obeys
// messages: { block: ms }, { leak: n }, { stop: true }.

const fs = require('node:fs');
const { start } = require('../..');

// Descriptors of sockets, by what they are.
function sockets() {
  return fs.readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = fs.readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith('socket:') ? [target] : [];
    } catch {
      return [];
    }
  });
}

const before = process.platform === 'linux' ? sockets() : [];
const guard = start(JSON.parse(process.argv[2] ?? '{}'));
const held = [];

class Held {
  constructor(i) {
    this.i = i;
    this.text = `held ${i}`;
  }
}

const orders = {
  block(ms) {
    const end = performance.now() + ms;
    while (performance.now() < end);
  },
  leak(count) {
    for (let i = 0; i < count; i++) held.push(new Held(i));
  },
  async stop() {
    await guard.stop();
    const threads = fs.readdirSync('/proc/self/task').map((id) => fs.readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim());
    return { threads: threads.filter((name) => name.startsWith('leakguard-')), sockets: sockets().filter((socket) => !before.includes(socket)) };
  },
};

process.on('message', async (message) => {
  const [[order, value]] = Object.entries(message);
  process.send({ done: order, result: await orders[order](value) });
});
process.send({ address: guard.address() });
