'use strict';

// What a leak test asks of a diagnosis beyond what a hunt does. A test fails a build, so what is only filling up must not
// pass for a leak, and neither must what the test runner notes about the test.

const NO_LEAK = new Set(['noise', 'backlog']);
// In the last round, what leaks grows by at least this part of what it grew by before. What fills up does not, unless
// the last of its room went in the last third of that round.
const KEEPS_UP = 0.6;
// A table that grows by doubling may have just done so before the last round and be about to at its end.
const KEEPS_UP_IN_STAIRS = 0.15;
// Less than this part is no growth any more.
const STOPPED = 0.05;
// A last round so many times as long as all before it must show a table double.
const MUST_DOUBLE = 1.5;
// Lists of test runners that grow with the calls, by the class of their owner: Jest's of what a test logs.
const RUNNERS_LISTS = new Map([['BufferedConsole', '_buffer']]);

/** A suspect that fails a test. */
function isLeak({ category, evidence }) {
  return !NO_LEAK.has(category) && evidence.strength === 'strong';
}

/** The diagnosis without what is excused, and with weak evidence where growth fades. */
function weighed(diagnosis) {
  const { verdict, rounds, growth } = diagnosis;
  const excused = [];
  const suspects = [];
  for (const suspect of diagnosis.suspects) {
    const pace = paceOf(suspect, rounds);
    if (isRunners(suspect)) excused.push(`Nothing grows but what the test runner notes: ${suspect.sentence}`);
    else if (pace === 'stopped') excused.push(`Nothing grows any more: ${suspect.sentence} at first`);
    else {
      suspects.push(pace === 'fades' && isLeak(suspect) ? weakened(suspect) : suspect);
      continue;
    }
    growth.bytesPerIteration -= suspect.bytesPerIteration;
  }
  return { ...diagnosis, suspects, ...conclusion(verdict, suspects, excused) };
}

// What changes in the verdict.
function conclusion(verdict, suspects, excused) {
  const leak = suspects.find(isLeak);
  if (leak !== undefined) return { verdict: 'leak', reason: leak.sentence };
  if (verdict !== 'leak' && excused.length === 0) return {};
  const weak = suspects.find(({ category }) => !NO_LEAK.has(category));
  if (weak !== undefined) {
    const advice = 'More calls would tell whether it has an end: raise `warmup` past the bound that it may have.';
    return { verdict: 'inconclusive', reason: `It grew, but perhaps not for ever: ${weak.sentence}`, advice };
  }
  if (verdict === 'backlog') return {};
  return { verdict: 'healthy', reason: excused[0], advice: undefined };
}

function isRunners({ path }) {
  const at = path.findIndex(({ role }) => role === 'growth-point');
  return at > 0 && RUNNERS_LISTS.get(path[at - 1].name) === path[at].edge;
}

function weakened(suspect) {
  return { ...suspect, evidence: { ...suspect.evidence, strength: 'weak' } };
}

/**
 * How a suspect did in the last round under load, beside those before it.
 * @returns {'keeps up' | 'fades' | 'stopped' | 'unknown'}
 */
function paceOf({ evidence: { counts, bytes, inPlace }, growsAt: { elements } }, rounds) {
  const load = rounds.filter(({ coolDown }) => coolDown !== true);
  const calls = load.slice(1).map(({ iterations }) => iterations);
  const isKnown = (values) => values.length >= load.length && !values.includes(null);
  // A table's entries tell more than its size, where they are objects or texts.
  const byElements = inPlace && isKnown(elements) && elements[0] < elements[load.length - 1];
  const values = byElements ? elements : inPlace ? bytes : counts;
  if (calls.length < 2 || !isKnown(values)) return 'unknown';
  const lastCalls = calls.pop();
  const earlierCalls = calls.reduce((sum, count) => sum + count, 0);
  const [before, last] = values.slice(load.length - 2);
  const earlier = (before - values[0]) / earlierCalls;
  const late = (last - before) / lastCalls;
  if (earlier <= 0) return 'keeps up';
  if (!inPlace || byElements) {
    if (late >= earlier * KEEPS_UP) return 'keeps up';
    return late < earlier * STOPPED && lastCalls * 2 >= earlierCalls ? 'stopped' : 'fades';
  }
  const times = lastCalls / (earlierCalls + load[0].iterations);
  if (times < 1) return 'unknown';
  if (late >= earlier * KEEPS_UP_IN_STAIRS) return 'keeps up';
  return late <= 0 && times >= MUST_DOUBLE ? 'stopped' : 'fades';
}

module.exports = { isLeak, weighed };
