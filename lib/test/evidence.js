'use strict';

// What a leak test asks of a diagnosis beyond what a hunt does. A test fails a build, so what is only filling up must not
// pass for a leak, and neither must what the test runner notes about the test.

const path = require('node:path');

const NO_LEAK = new Set(['noise', 'backlog']);
// What only these files hold is part of the measurement: functions of leakguard that wait for one another.
const OWN = path.dirname(__dirname) + path.sep;
// Growth points that a cache may be, and more entries than most caches have room for.
const KEYED = new Set(['map', 'set', 'dictionary']);
const MOST_ENTRIES = 1000;
// In so few calls even a small cache grows by one with each. Growth by this much needs no more calls.
const FEWEST_CALLS = 100;
const MUCH_BYTES = 65_536;
// In the last round, what leaks grows by at least this part of what it grew by before. What fills up does not, unless
// the last of its room went in the last third of that round.
const KEEPS_UP = 0.6;
// A table that grows by doubling may have just done so before the last round and be about to at its end.
const KEEPS_UP_IN_STAIRS = 0.15;
// What leaks grows by about as much per call in every round: by no less than this part of what it grows by in any other.
// A number that goes up and down may be rising for three rounds by chance, and hardly for five, each longer.
const EVEN = 0.5;
const ROUNDS_OF_UNEVEN = 5;
// Less than this part is no growth any more.
const STOPPED = 0.05;
// What fell by this part of its growth when the calls stopped, and falls on, drains.
const DRAINS = 0.005;
// A last round so many times as long as all before it must show a table double.
const MUST_DOUBLE = 1.5;
// Lists of test runners that grow with the calls, and the names of their owners: Jest's of what a test logs, in its
// BufferedConsole, which snapshots call by the name that Console.prototype has.
const RUNNERS_LISTS = new Map([['_buffer', ['console', 'BufferedConsole']]]);
// Lists of Node's own that have a bound, which few calls do not reach: of the last 250 requests made by fetch().
const NODES_LISTS = new Set(['resourceTimingBuffer']);

/** A suspect that fails a test. */
function isLeak({ category, evidence }) {
  return !NO_LEAK.has(category) && evidence.strength === 'strong';
}

/** Whether a suspect may be a cache, by the kind of what grows. */
function isKeyed({ growsAt }) {
  return KEYED.has(growsAt.kind);
}

/** Whether all that leaks may be caches of a common size that so few calls have not filled yet. */
function mayFill({ suspects }) {
  const entries = ({ growsAt: { elements } }) => Math.max(0, ...elements);
  return suspects.filter(isLeak).every((suspect) => isKeyed(suspect) && entries(suspect) < MOST_ENTRIES);
}

/**
 * The diagnosis without what is excused, and with weak evidence where growth fades.
 * @param {{ fewestCalls?: number, isFalling?: boolean }} options with fewer calls, growth is no strong evidence unless it
 *   is by much; `isFalling`: the total still fell when the last capture was made
 */
function weighed(diagnosis, { fewestCalls = FEWEST_CALLS, isFalling = false } = {}) {
  const { verdict, rounds, growth } = diagnosis;
  const calls = rounds.slice(1).reduce((sum, { iterations }) => sum + iterations, 0);
  const excused = [];
  const suspects = [];
  for (const suspect of diagnosis.suspects) {
    const pace = paceOf(suspect, rounds);
    if (isOwn(suspect)) excused.push(`Nothing grows but what waits for this measurement: ${suspect.sentence}`);
    else if (isNodes(suspect)) excused.push(`Nothing grows but what Node.js notes, up to a bound: ${suspect.sentence}`);
    else if (isRunners(suspect)) excused.push(`Nothing grows but what the test runner notes: ${suspect.sentence}`);
    else if (pace === 'stopped') excused.push(`Nothing grows any more: ${suspect.sentence} at first`);
    else {
      const isLittle = calls < fewestCalls && suspect.bytesPerIteration * calls < MUCH_BYTES;
      const isWeak = isLittle || pace === 'fades' || pace === 'uneven' || (isFalling && drains(suspect, rounds));
      suspects.push(isWeak && isLeak(suspect) ? weakened(suspect) : suspect);
      continue;
    }
    growth.bytesPerIteration -= suspect.bytesPerIteration;
  }
  return { ...diagnosis, suspects, ...conclusion(verdict, suspects, excused, isFalling) };
}

// What changes in the verdict.
function conclusion(verdict, suspects, excused, isFalling) {
  const leak = suspects.find(isLeak);
  if (leak !== undefined) return { verdict: 'leak', reason: leak.sentence };
  if (verdict !== 'leak' && excused.length === 0) return {};
  const weak = suspects.find(({ category }) => !NO_LEAK.has(category));
  if (weak !== undefined) {
    const advice = isFalling
      ? 'It still fell when the time was up. More time would tell whether all of it goes: raise `timeout`.'
      : 'More calls would tell whether it has an end: raise `warmup` past the bound that it may have, or `timeout`.';
    return { verdict: 'inconclusive', reason: `It grew, but perhaps not for ever: ${weak.sentence}`, advice };
  }
  if (verdict === 'backlog') return {};
  return { verdict: 'healthy', reason: excused[0], advice: undefined };
}

function isRunners({ path: hops }) {
  const at = hops.findIndex(({ role }) => role === 'growth-point');
  return at > 0 && RUNNERS_LISTS.get(hops[at].edge)?.includes(hops[at - 1].name) === true;
}

function isOwn({ path: hops }) {
  const files = hops.flatMap(({ location }) => location?.file ?? []);
  return files.length > 0 && files.every((file) => file.startsWith(OWN));
}

function isNodes({ path: hops }) {
  return hops.some(({ edge, role }) => role === 'growth-point' && NODES_LISTS.has(edge));
}

function weakened(suspect) {
  return { ...suspect, evidence: { ...suspect.evidence, strength: 'weak' } };
}

/**
 * How a suspect did in the last round under load, beside those before it.
 * @returns {'keeps up' | 'fades' | 'stopped' | 'uneven' | 'unknown'} 'uneven': it keeps up, perhaps by chance
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
    if (late >= earlier * KEEPS_UP) return isEven(values, load) || load.length > ROUNDS_OF_UNEVEN ? 'keeps up' : 'uneven';
    return late < earlier * STOPPED && lastCalls * 2 >= earlierCalls ? 'stopped' : 'fades';
  }
  const times = lastCalls / (earlierCalls + load[0].iterations);
  if (times < 1) return 'unknown';
  if (late >= earlier * KEEPS_UP_IN_STAIRS) return 'keeps up';
  return late <= 0 && times >= MUST_DOUBLE ? 'stopped' : 'fades';
}

/** Whether a suspect is less since the calls stopped. */
function drains({ evidence: { counts, bytes, inPlace } }, rounds) {
  const values = inPlace ? bytes : counts;
  const loaded = rounds.filter(({ coolDown }) => coolDown !== true).length;
  if (values.length <= loaded || values.includes(null)) return false;
  const top = values[loaded - 1];
  return top - values.at(-1) >= (top - values[0]) * DRAINS;
}

function isEven(values, load) {
  const rates = load.slice(1).map(({ iterations }, at) => (values[at + 1] - values[at]) / iterations);
  return Math.min(...rates) >= EVEN * Math.max(...rates);
}

module.exports = { isKeyed, isLeak, mayFill, weighed };
