'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { HuntError } = require('./error.js');

// What a hunt does unless told otherwise. Iterations and warm-up are upper bounds: a slow app gets
// fewer, see plan.js.
const DEFAULTS = {
  rounds: 4,
  maxRounds: 12,
  warmup: 400,
  iterations: 1000,
  concurrency: 10,
  timeBudget: 60,
  startTimeout: 30,
  coolDown: 10,
};
// Of an app that works by itself: how long its warm-up and each round last.
const IDLE_SECONDS = 3;

// Checks the options of hunt() and fills in the defaults. Throws HuntError LG_ARGUMENT.
// `given` remembers which numbers the user fixed: those are kept to, the others are tuned.
function normalise(options) {
  if (options === null || typeof options !== 'object') throw wrong('hunt() takes an object of options');
  const { app, iterate, idle = false } = options;
  if ((app === undefined) === (iterate === undefined)) {
    throw wrong("one of 'app' (a program) and 'iterate' (a module) must be given");
  }
  const cwd = path.resolve(options.cwd ?? '.');
  const config = {
    cwd,
    app: app === undefined ? undefined : existing(cwd, 'app', app),
    iterate: iterate === undefined ? undefined : existing(cwd, 'iterate', iterate),
    idle,
    unit: unitOf({ iterate, idle }),
    args: strings('args', options.args ?? []),
    nodeArgs: strings('nodeArgs', options.nodeArgs ?? []),
    env: options.env ?? {},
    urls: strings('url', [options.url ?? []].flat()),
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers: options.headers ?? {},
    body: options.body,
    mode: oneOf('mode', options.mode ?? 'auto', ['auto', 'fork', 'inline']),
    exact: options.exact ?? false,
    allocationSites: options.allocationSites ?? true,
    keep: options.keep === undefined ? undefined : path.resolve(cwd, options.keep),
    signal: options.signal,
    onProgress: options.onProgress ?? (() => {}),
    given: {
      warmup: options.warmup !== undefined,
      iterations: options.iterations !== undefined,
      rounds: options.rounds !== undefined,
      coolDown: options.coolDown !== undefined,
    },
    duration: options.duration === undefined ? undefined : positive('duration', options.duration),
  };
  for (const [name, value] of Object.entries(DEFAULTS)) {
    config[name] = options[name] === undefined ? value : count(name, options[name]);
  }
  if (idle) settleIdle(config);
  if (config.given.rounds) config.maxRounds = config.rounds;
  if (config.rounds < 3) throw wrong('rounds must be at least 3: two points always lie on a line');
  if (config.exact && config.mode === 'fork') throw wrong("'exact' needs mode inline: ids differ from fork to fork");
  if (config.iterate !== undefined && config.urls.length > 0) throw wrong("'url' goes with 'app', not with 'iterate'");
  if (idle && (config.iterate !== undefined || config.urls.length > 0)) {
    throw wrong("'idle' goes with 'app' alone: nothing is called and nothing is sent");
  }
  if (config.body !== undefined && typeof config.body !== 'string' && !Buffer.isBuffer(config.body)) {
    throw wrong('body must be a string or a Buffer');
  }
  return config;
}

// What a round's iterations are.
function unitOf({ iterate, idle }) {
  if (idle) return 'second';
  return iterate === undefined ? 'request' : 'iteration';
}

// Without load there is nothing to tune: rounds last as long as they were asked to.
function settleIdle(config) {
  config.iterations = Math.max(1, Math.round(config.duration ?? (config.given.iterations ? config.iterations : IDLE_SECONDS)));
  if (!config.given.warmup) config.warmup = IDLE_SECONDS;
  config.given = { ...config.given, iterations: true, warmup: true };
}

function existing(cwd, name, file) {
  if (typeof file !== 'string') throw wrong(`${name} must be a path`);
  const resolved = path.resolve(cwd, file);
  if (!fs.existsSync(resolved)) throw wrong(`${name}: there is no ${resolved}`);
  return resolved;
}

function strings(name, values) {
  if (!Array.isArray(values) || values.some((value) => typeof value !== 'string')) {
    throw wrong(`${name} must be a list of strings`);
  }
  return values;
}

function oneOf(name, value, choices) {
  if (!choices.includes(value)) throw wrong(`${name} must be one of ${choices.join(', ')}`);
  return value;
}

function positive(name, value) {
  if (!(Number.isFinite(value) && value > 0)) throw wrong(`${name} must be a number greater than 0`);
  return value;
}

// warmup and coolDown may be 0, the others not.
function count(name, value) {
  const least = name === 'warmup' || name === 'coolDown' ? 0 : 1;
  if (!Number.isInteger(value) || value < least) throw wrong(`${name} must be a whole number of at least ${least}`);
  return value;
}

function wrong(message) {
  return new HuntError('LG_ARGUMENT', message);
}

module.exports = { DEFAULTS, normalise };
