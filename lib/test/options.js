'use strict';

// The options of assertNoLeak(), checked. types/test.d.ts describes each one.

const os = require('node:os');
const path = require('node:path');

const { LeakguardError } = require('../errors.js');
const { knownLeaks } = require('./known.js');

const TIMEOUT_MS = 10_000;
const ROUNDS = 3;
const MOST_ROUNDS = 8;
const NAMES = new Set([
  'iterations',
  'warmup',
  'rounds',
  'tolerance',
  'maxBytesPerIteration',
  'classes',
  'filter',
  'known',
  'keep',
  'mode',
  'timeout',
  'strict',
  'skip',
]);

function trialOptions(fn, options = {}) {
  if (typeof fn !== 'function') throw wrong('the first argument must be the function to call over and over');
  if (options === null || typeof options !== 'object') throw wrong('the options must be an object');
  const unknown = Object.keys(options).find((name) => !NAMES.has(name));
  if (unknown !== undefined) throw wrong(`there is no option '${unknown}'`);
  const { rounds, skip } = options;
  return {
    skip: skip === undefined ? undefined : skipReason(skip),
    pace: {
      iterations: optional(options.iterations, (value) => whole(value, 'iterations', 1)),
      warmup: optional(options.warmup, (value) => whole(value, 'warmup', 0)),
    },
    // Two points always lie on a line: fewer than three rounds prove nothing.
    rounds: rounds === undefined ? ROUNDS : whole(rounds, 'rounds', 3),
    mostRounds: rounds === undefined ? MOST_ROUNDS : rounds,
    tolerance: optional(options.tolerance, (value) => amount(value, 'tolerance')) ?? 0,
    maxBytesPerIteration: optional(options.maxBytesPerIteration, (value) => amount(value, 'maxBytesPerIteration')),
    classes: classes(options.classes ?? {}),
    filter: optional(options.filter, (value) => callable(value, 'filter')) ?? (() => true),
    known: knownLeaks(options.known),
    keep: keepDirectory(options.keep ?? process.env.LEAKGUARD_TEST_KEEP),
    mode: oneOf(options.mode ?? 'auto', ['auto', 'fork', 'inline']),
    timeoutMs: optional(options.timeout, (value) => amount(value, 'timeout')) ?? TIMEOUT_MS,
    strict: options.strict === true,
  };
}

/** A reason not to test: a text that somebody wrote. */
function skipReason(reason) {
  if (typeof reason === 'string' && reason.trim() !== '') return reason.trim();
  throw wrong('a leak test is skipped for a reason: give it as text');
}

function classes(given) {
  for (const [name, check] of Object.entries(given)) callable(check, `classes.${name}`);
  return given;
}

function keepDirectory(keep) {
  if (keep === undefined || keep === false || keep === '') return null;
  if (keep === true) return path.join(os.tmpdir(), 'leakguard');
  if (typeof keep === 'string') return path.resolve(keep);
  throw wrong('keep must be true, false or a directory');
}

function optional(value, check) {
  return value === undefined ? undefined : check(value);
}

function whole(value, name, least) {
  if (Number.isInteger(value) && value >= least) return value;
  throw wrong(`${name} must be a whole number of at least ${least}`);
}

function amount(value, name) {
  if (typeof value === 'number' && value >= 0) return value;
  throw wrong(`${name} must be a number of at least 0`);
}

function callable(value, name) {
  if (typeof value === 'function') return value;
  throw wrong(`${name} must be a function`);
}

function oneOf(value, choices) {
  if (choices.includes(value)) return value;
  throw wrong(`mode must be one of ${choices.join(', ')}`);
}

function wrong(message) {
  return new LeakguardError('LG_ARGUMENT', message);
}

module.exports = { optional, amount, skipReason, trialOptions };
