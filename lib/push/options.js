'use strict';

const os = require('node:os');
const path = require('node:path');

// The knobs by the names that users of agenthub know; times in seconds.
const OPTIONS = {
  server: { check: isUrl, must: 'an http or https URL' },
  appid: { initial: 'app', check: isText, must: 'a text' },
  secret: { check: isText, must: 'a text' },
  // Undelivered summaries wait in a folder of it.
  logdir: { initial: path.join(os.tmpdir(), 'leakguard'), check: isText, must: 'a path' },
  reconnectDelay: { initial: 10, check: (value) => isNumber(value, 0.01), must: 'a number of seconds' },
  heartbeatInterval: { initial: 60, check: isInterval, must: 'a number of seconds, or false' },
  reportInterval: { initial: 60, check: isInterval, must: 'a number of seconds, or false' },
  timeout: { initial: 30, check: (value) => isNumber(value, 0.1), must: 'a number of seconds' },
  headers: { initial: {}, check: isHeaders, must: 'an object of texts' },
  // PEM file of the only certificate authorities to trust.
  ca: { check: isText, must: 'a path' },
  spoolBytes: { initial: 16 * 2 ** 20, check: (value) => isNumber(value, 1), must: 'a number of bytes' },
};

// Checks the `push` option. A text is short for `{ server }`, and may hold JSON where it comes from the
// environment. Without a server there is nothing to push to: false. Throws an Error that says what it must be.
function pushOptions(value) {
  const given = parse(value);
  if (given === false) return false;
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(OPTIONS, name));
  if (unknown !== undefined) throw new Error(`made of ${Object.keys(OPTIONS).join(', ')}`);
  const options = {};
  for (const [name, { initial, check, must }] of Object.entries(OPTIONS)) {
    const found = given[name] ?? initial;
    if (given[name] !== undefined && !check(found)) throw new Error(`an object whose ${name} is ${must}`);
    options[name] = found;
  }
  if (options.server === undefined) throw new Error('an object with a server');
  options.logdir = path.resolve(options.logdir);
  return options;
}

function parse(value) {
  if (typeof value === 'string') {
    if (isUrl(value)) return { server: value };
    try {
      return parse(JSON.parse(value));
    } catch {
      // Not JSON either.
    }
  } else if (value === false || (value !== null && typeof value === 'object' && !Array.isArray(value))) {
    return value;
  }
  throw new Error('false, a URL, or an object with a server');
}

function isUrl(value) {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function isText(value) {
  return typeof value === 'string' && value !== '';
}

function isNumber(value, least) {
  return typeof value === 'number' && value >= least && Number.isFinite(value);
}

function isInterval(value) {
  return value === false || isNumber(value, 0.01);
}

function isHeaders(value) {
  return value !== null && typeof value === 'object' && Object.values(value).every((text) => typeof text === 'string');
}

module.exports = { pushOptions };
