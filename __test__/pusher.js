'use strict';

// For specs: a pusher with a spool of its own, and patience.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const { Monitor } = require('../lib/monitor/monitor.js');
const { pushOptions } = require('../lib/push/options.js');
const { Pusher } = require('../lib/push/pusher.js');

const monitor = new Monitor({ probePauseMs: false });
after(() => monitor.stop());

/** A directory that goes with the test. */
function folder(t) {
  const name = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-push-'));
  t.after(() => fs.rmSync(name, { recursive: true, force: true, maxRetries: 10 }));
  return name;
}

function pusher(t, options) {
  const made = new Pusher(pushOptions({ logdir: folder(t), reconnectDelay: 0.05, heartbeatInterval: false, reportInterval: false, ...options }), monitor.native);
  t.after(() => made.stop());
  return made;
}

async function until(condition) {
  for (let i = 0; i < 1500; i++) {
    if (condition()) return;
    await sleep(20);
  }
  assert.fail(`never: ${condition}`);
}

module.exports = { folder, pusher, until };
