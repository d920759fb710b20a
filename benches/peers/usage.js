'use strict';

// Preloaded (`node -r`) into every Node process that is measured: on exit, its peak memory and CPU time go to
// standard error, as the line `usage {...}`.

const fs = require('node:fs');
const { isMainThread } = require('node:worker_threads');

// Both figures are the process's, worker threads included.
if (isMainThread) process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: maxRSS * 1024 };
  fs.writeSync(2, `\nusage ${JSON.stringify(usage)}\n`);
});
