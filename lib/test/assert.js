'use strict';

const { performance } = require('node:perf_hooks');

const { LeakError } = require('./error.js');
const { alone, captureMode } = require('./isolation.js');
const { judge } = require('./judge.js');
const { leakMessage } = require('./message.js');
const { skipReason, trialOptions } = require('./options.js');
const { holding } = require('./subject.js');
const { Trial } = require('./trial.js');

/**
 * Calls `fn(i)` over and over and rejects with a LeakError when it leaves something behind each time. Resolves to
 * what was found otherwise.
 */
async function assertNoLeak(fn, options) {
  const config = trialOptions(fn, options);
  if (config.skip !== undefined) return skipped(config.skip);
  return alone(() => holding(fn, () => attempt(fn, config)));
}

async function attempt(fn, config) {
  const started = performance.now();
  const measured = await new Trial(fn, config, captureMode(config.mode)).measure();
  const judgement = judge(measured, config);
  if (judgement.failures.length > 0) {
    const { diagnosis, files } = measured;
    throw new LeakError('LG_LEAK', leakMessage(judgement, measured), { diagnosis, files });
  }
  for (const { suspect, reason } of judgement.known) warn(`known leak (${reason}): ${suspect.sentence}`);
  return result(measured, judgement, performance.now() - started);
}

function result({ diagnosis, calls, captures, mode, files }, { known }, elapsedMs) {
  const found = diagnosis ?? { verdict: 'healthy', reason: `The heap stood still over ${calls} calls.`, suspects: [] };
  const { verdict, reason, suspects } = found;
  return { verdict, reason, suspects, known: known.map(({ suspect }) => suspect), calls, captures, mode, files, elapsedMs };
}

/** In the place of an assertion that must not run for now: the same arguments after the reason, which it demands. */
async function skipLeakTest(reason) {
  return skipped(skipReason(reason));
}

function skipped(reason) {
  warn(`leak test skipped: ${reason}`);
  return { verdict: 'skipped', reason, suspects: [], known: [], calls: 0, captures: 0, mode: 'none', files: [], elapsedMs: 0 };
}

// What passes must still be seen.
function warn(message) {
  process.emitWarning(message, { type: 'LeakguardWarning', code: 'LG_LEAK' });
}

module.exports = { assertNoLeak, skipLeakTest };
