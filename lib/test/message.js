'use strict';

// The text of a failed assertion.

const { renderDiagnosis } = require('../render.js');
const { isKeyed, isLeak } = require('./evidence.js');

/** The report, what else fails, and where the snapshots are. */
function leakMessage({ failures, known }, { diagnosis, calls, captures, mode, files }) {
  // The report begins with the reason for its verdict: where that is why the assertion fails, it is not said twice.
  const others = failures.filter((failure) => failure !== diagnosis.reason && !isTold(diagnosis, failure));
  const lines = [...others, ...(others.length > 0 ? [''] : []), renderDiagnosis(diagnosis, {}).trim(), ''];
  for (const { suspect, reason } of known) lines.push(`  known    ${suspect.sentence} (${reason})`);
  lines.push(`  trial    ${calls} calls, ${captures} captures (${mode})`);
  lines.push(...diagnosis.suspects.filter((suspect) => isLeak(suspect) && isKeyed(suspect)).slice(0, 1).map(boundLine));
  for (const { fingerprint, className } of diagnosis.suspects.slice(0, 3)) lines.push(`  leak id  ${fingerprint}  ${className}`);
  if (files.length > 0) lines.push(`  kept     ${files.join('\n           ')}`);
  else lines.push('  kept     no snapshots; the option keep: true, or LEAKGUARD_TEST_KEEP=directory, keeps them');
  return `${lines.join('\n')}\n`;
}

function isTold({ verdict, suspects }, failure) {
  return verdict === 'leak' && suspects.some(({ sentence }) => sentence === failure);
}

// A test cannot tell a cache that has room left from one that has no bound.
function boundLine({ growsAt }) {
  const entries = growsAt.elements.filter((count) => count !== null).at(-1);
  const sofar = entries === undefined ? 'it was growing to the end' : `${entries} entries, and it was growing to the end`;
  return `  bound    ${sofar}; if it is a cache with a bound, set \`warmup\` past that`;
}

module.exports = { leakMessage };
