'use strict';

// A guard that is started, used and stopped, over and over: for a hunt of leakguard itself (run.js).

const { start } = require('../..');

exports.iterate = async (i) => {
  const guard = start({ snapshotDir: false, lowPriority: false });
  guard.on('stats', () => {});
  guard.stats();
  guard.verdict();
  guard.metrics();
  // The others are what costs a process little: a capture is a fork and an analysis.
  if (i % 8 === 0) await guard.snapshot();
  guard.report();
  await guard.stop();
  await guard.snapshot().catch(() => {});
};
