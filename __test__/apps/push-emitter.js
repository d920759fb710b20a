'use strict';

// Emits reports until it is killed: node push-emitter.js SERVER LOGDIR SECRET COUNT. Sends the key of each to its
// parent once it is on disk; with COUNT 0 it only sends what waits, and ends when nothing does.
const { Monitor } = require('../../lib/monitor/monitor.js');
const { pushOptions } = require('../../lib/push/options.js');
const { Pusher } = require('../../lib/push/pusher.js');

const [server, logdir, secret, count] = process.argv.slice(2);
const options = { server, logdir, secret, appid: 'test', reconnectDelay: 0.05, heartbeatInterval: false, reportInterval: false, timeout: 2 };
const monitor = new Monitor({ probePauseMs: false });
const pusher = new Pusher(pushOptions(options), monitor.native);
process.on('disconnect', () => process.exit());

async function run() {
  for (let i = 0; i < Number(count); i++) process.send({ key: await pusher.report() });
  const timer = setInterval(() => {
    if (pusher.counts.waiting > 0) return;
    clearInterval(timer);
    process.send({ counts: pusher.counts }, () => process.exit());
  }, 20);
}

run();
