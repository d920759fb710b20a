'use strict';

// From what a trial measured to pass or fail.

const { isLeak } = require('./evidence.js');
const { excuse } = require('./known.js');

/**
 * @returns {{ failures: string[], leaks: object[], known: { suspect: object, reason: string }[] }} `failures`: why the
 *   assertion fails, one sentence each; none when it holds
 */
function judge({ diagnosis, instances, captures }, options) {
  const suspects = diagnosis?.verdict === 'leak' ? diagnosis.suspects.filter(isLeak) : [];
  const known = [];
  const leaks = [];
  for (const suspect of suspects) {
    const { reason } = excuse(options.known, suspect.fingerprint) ?? {};
    if (reason !== undefined) known.push({ suspect, reason });
    else if (suspect.bytesPerIteration > options.tolerance && options.filter(suspect)) leaks.push(suspect);
  }
  const failures = options.maxBytesPerIteration === undefined ? leaks.map(({ sentence }) => sentence) : overBudget(diagnosis, options);
  failures.push(...miscounted(instances, captures, diagnosis, options));
  if (options.strict && diagnosis?.verdict === 'inconclusive') failures.push(diagnosis.reason);
  return { failures, leaks, known };
}

// A budget takes the place of the rule that nothing may grow.
function overBudget({ growth }, { maxBytesPerIteration }) {
  if (growth.bytesPerIteration <= maxBytesPerIteration) return [];
  return [`objects grow by ${growth.bytesPerIteration} bytes per iteration, and ${maxBytesPerIteration} are allowed`];
}

function miscounted(instances, captures, diagnosis, { classes }) {
  return Object.entries(classes).flatMap(([name, check], at) => {
    const counts = instances.map((row) => row[at]);
    const n = counts.at(-1);
    const added = n - counts[0];
    const calls = diagnosis.rounds.slice(1).reduce((sum, { iterations }) => sum + iterations, 0);
    if (check(n, { added, perIteration: added / calls, counts })) return [];
    return [`${n} instances of ${name} are alive, which classes.${name} does not accept: ${counts.join(' → ')} over ${captures} captures`];
  });
}

module.exports = { judge };
