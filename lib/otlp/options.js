'use strict';

const OPTIONS = {
  // Base URL; /v1/metrics and /v1/logs are appended.
  endpoint: { check: isUrl, must: 'an http or https URL' },
  service: { initial: 'unknown_service:node', check: isText, must: 'a text' },
  headers: { initial: {}, check: isHeaders, must: 'an object of texts' },
  interval: { initial: 60, check: isSeconds, must: 'a number of seconds' },
  timeout: { initial: 10, check: isSeconds, must: 'a number of seconds' },
};

// Checks the `otlp` option. A text is short for `{ endpoint }`. Throws an Error that says what it must be.
function otlpOptions(value) {
  if (value === false) return false;
  const given = typeof value === 'string' ? { endpoint: value } : value;
  if (given === null || typeof given !== 'object' || Array.isArray(given)) throw new Error('false, a URL, or an object with an endpoint');
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(OPTIONS, name));
  if (unknown !== undefined) throw new Error(`made of ${Object.keys(OPTIONS).join(', ')}`);
  const options = {};
  for (const [name, { initial, check, must }] of Object.entries(OPTIONS)) {
    options[name] = given[name] ?? initial;
    if (!check(options[name])) throw new Error(`an object whose ${name} is ${must}`);
  }
  return options;
}

function isUrl(value) {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function isText(value) {
  return typeof value === 'string' && value !== '';
}

function isSeconds(value) {
  return typeof value === 'number' && value >= 0.05 && Number.isFinite(value);
}

function isHeaders(value) {
  return value !== null && typeof value === 'object' && Object.values(value).every((text) => typeof text === 'string');
}

module.exports = { otlpOptions };
