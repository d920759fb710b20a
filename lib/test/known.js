'use strict';

// Leaks that a team knows of and has not fixed yet: reported, not failing. They come from the options of the
// assertion and from `knownLeaks` in leakguard.config.json, and each has a reason and, if it likes, an end.

const { readConfigFile } = require('../config.js');
const { LeakguardError } = require('../errors.js');

/** @returns {{ fingerprint: string, reason: string, until?: number }[]} `until`: milliseconds since 1970 */
function knownLeaks(given = []) {
  const { name, values } = readConfigFile();
  return [...entries(given, 'the options'), ...entries(values.knownLeaks ?? [], name)];
}

/** The entry that excuses a fingerprint now, if there is one. */
function excuse(known, fingerprint, now = Date.now()) {
  return known.find((entry) => entry.fingerprint === fingerprint && (entry.until === undefined || now < entry.until));
}

function entries(list, source) {
  if (!Array.isArray(list)) throw wrong(`knownLeaks in ${source} must be a list`);
  return list.map((entry) => {
    const { fingerprint, reason, until } = entry ?? {};
    if (typeof fingerprint !== 'string' || fingerprint === '') throw wrong(`knownLeaks in ${source}: an entry has no fingerprint`);
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw wrong(`knownLeaks in ${source}: ${fingerprint} has no reason; say why it may stay`);
    }
    if (until === undefined) return { fingerprint, reason };
    const end = Date.parse(until);
    if (Number.isNaN(end)) throw wrong(`knownLeaks in ${source}: 'until' of ${fingerprint} must be a date such as 2026-12-31`);
    return { fingerprint, reason, until: end };
  });
}

function wrong(message) {
  return new LeakguardError('LG_ARGUMENT', message);
}

module.exports = { excuse, knownLeaks };
