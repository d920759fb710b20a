'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { adminOptions } = require('./admin/options.js');
const { LeakguardError } = require('./errors.js');
const { otlpOptions } = require('./otlp/options.js');
const { pushOptions } = require('./push/options.js');

const FILE = 'leakguard.config.json';
const OFF = new Set(['false', 'off', 'none', 'no', '0', '']);

// Every option of the guard: its default, its environment variable, and `check`, which gets a value from
// code, file or environment (there: text), returns it as the guard uses it, or throws what it must be.
// index.d.ts describes what each one does.
const OPTIONS = {
  mode: { variable: 'LEAKGUARD_MODE', initial: 'auto', check: oneOf('auto', 'fork', 'inline') },
  lowPriority: { variable: 'LEAKGUARD_LOW_PRIORITY', initial: true, check: flag },
  captureCpuPercent: { variable: 'LEAKGUARD_CAPTURE_CPU_PERCENT', initial: undefined, check: offOr(atLeast(10)) },
  fallback: { variable: 'LEAKGUARD_FALLBACK', initial: false, check: flag },
  allocationSites: { variable: 'LEAKGUARD_ALLOCATION_SITES', initial: false, check: flag },
  snapshotDir: {
    variable: 'LEAKGUARD_SNAPSHOT_DIR',
    initial: path.join(os.tmpdir(), 'leakguard'),
    check: offOr(text),
  },
  keepCount: { variable: 'LEAKGUARD_KEEP_COUNT', initial: 10, check: atLeast(1) },
  keepBytes: { variable: 'LEAKGUARD_KEEP_BYTES', initial: 2 ** 30, check: atLeast(1) },
  keepDays: { variable: 'LEAKGUARD_KEEP_DAYS', initial: 7, check: atLeast(0) },
  signal: { variable: 'LEAKGUARD_SIGNAL', initial: 'SIGUSR2', check: offOr(signalName) },
  nearLimitPercent: { variable: 'LEAKGUARD_NEAR_LIMIT_PERCENT', initial: 85, check: offOr(atLeast(1)) },
  nearLimitMinutes: { variable: 'LEAKGUARD_NEAR_LIMIT_MINUTES', initial: 60, check: atLeast(0) },
  everyMinutes: { variable: 'LEAKGUARD_EVERY_MINUTES', initial: false, check: offOr(atLeast(0.001)) },
  monitor: { variable: 'LEAKGUARD_MONITOR', initial: true, check: flag },
  onLeak: { variable: 'LEAKGUARD_ON_LEAK', initial: 'capture', check: oneOf('off', 'notify', 'capture') },
  eager: { variable: 'LEAKGUARD_EAGER', initial: false, check: flag },
  leakMinutes: { variable: 'LEAKGUARD_LEAK_MINUTES', initial: 60, check: atLeast(0) },
  probePauseMs: { variable: 'LEAKGUARD_PROBE_PAUSE_MS', initial: 40, check: offOr(atLeast(1)) },
  push: { variable: 'LEAKGUARD_PUSH', initial: false, check: offOr(pushOptions) },
  admin: { variable: 'LEAKGUARD_ADMIN', initial: false, check: offOr(adminOptions) },
  otlp: { variable: 'LEAKGUARD_OTLP', initial: false, check: offOr(otlpOptions) },
};

// Merges the three sources: options in code win, then the environment, then leakguard.config.json (or the
// file that LEAKGUARD_CONFIG names). Throws LG_ARGUMENT, naming the source of a value that cannot be used.
function configure(options = {}, { env = process.env, cwd = process.cwd() } = {}) {
  if (options === null || typeof options !== 'object') throw wrong('the options must be an object');
  const { name, values: all } = readConfigFile({ env, cwd });
  // Known leaks are for tests, see lib/test/known.js.
  const { knownLeaks: _known, ...values } = all;
  const file = { name, values };
  const sources = [
    ['the options', options],
    ['the environment', fromEnvironment(env)],
    [file.name, file.values],
  ];
  for (const [source, values] of sources) {
    const unknown = Object.keys(values).find((name) => !Object.hasOwn(OPTIONS, name));
    if (unknown !== undefined) throw wrong(`${source}: there is no option '${unknown}'`);
  }
  const config = {};
  for (const [name, { initial, check, variable }] of Object.entries(OPTIONS)) {
    config[name] = initial;
    const found = sources.find(([, values]) => values[name] !== undefined);
    if (found === undefined) continue;
    const [source, values] = found;
    try {
      config[name] = check(values[name], env);
    } catch (error) {
      const label = source === 'the environment' ? variable : `${name} in ${source}`;
      throw wrong(`${label} must be ${error.message}, not ${shown(values[name])}`);
    }
  }
  return config;
}

function fromEnvironment(env) {
  const values = {};
  for (const [name, { variable }] of Object.entries(OPTIONS)) {
    if (env[variable] !== undefined) values[name] = env[variable];
  }
  return values;
}

// leakguard.config.json, or the file that LEAKGUARD_CONFIG names. The default file may be missing; one that was asked
// for may not.
function readConfigFile({ env = process.env, cwd = process.cwd() } = {}) {
  const name = path.resolve(cwd, env.LEAKGUARD_CONFIG ?? FILE);
  let content;
  try {
    content = fs.readFileSync(name, 'utf8');
  } catch (cause) {
    if (cause.code === 'ENOENT' && env.LEAKGUARD_CONFIG === undefined) return { name, values: {} };
    throw new LeakguardError('LG_READ', `cannot read ${name}: ${cause.message}`, { cause });
  }
  let values;
  try {
    values = JSON.parse(content);
  } catch (cause) {
    throw wrong(`${name} is not JSON: ${cause.message}`);
  }
  if (values === null || typeof values !== 'object' || Array.isArray(values)) throw wrong(`${name} must hold an object`);
  return { name, values };
}

// For a message that may end in a log.
function shown(value) {
  return JSON.stringify(value, (key, inner) => (key === 'token' || key === 'secret' ? '…' : inner));
}

function oneOf(...choices) {
  return (value) => {
    if (!choices.includes(value)) throw new Error(`one of ${choices.join(', ')}`);
    return value;
  };
}

function flag(value) {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === '1') return true;
  if (typeof value === 'string' && OFF.has(value)) return false;
  throw new Error('true or false');
}

function text(value) {
  if (typeof value !== 'string' || value === '') throw new Error('a path');
  return path.resolve(value);
}

function signalName(value) {
  if (!Object.hasOwn(os.constants.signals, value)) throw new Error('the name of a signal, or false');
  return value;
}

function atLeast(least) {
  return (value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !(number >= least)) throw new Error(`a number of at least ${least}`);
    return number;
  };
}

function offOr(check) {
  return (value, env) => (value === false || (typeof value === 'string' && OFF.has(value)) ? false : check(value, env));
}

function wrong(message) {
  return new LeakguardError('LG_ARGUMENT', message);
}

module.exports = { OPTIONS, configure, readConfigFile };
