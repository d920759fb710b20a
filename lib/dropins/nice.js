'use strict';

// Sizes and spans of time as memwatch words them.

function niceSize(bytes) {
  const hundredths = (unit) => Math.round((bytes / unit) * 100) / 100;
  if (Math.abs(bytes) > 1 << 20) return `${hundredths(1 << 20)} mb`;
  if (Math.abs(bytes) > 1 << 10) return `${hundredths(1 << 10)} kb`;
  return `${Math.round(bytes)} bytes`;
}

function niceDelta(seconds) {
  let rest = Math.floor(seconds);
  let words = '';
  for (const [unit, letter] of [[3600, 'h'], [60, 'm']]) {
    if (rest <= unit) continue;
    words += `${Math.floor(rest / unit)}${letter} `;
    rest %= unit;
  }
  return `${words}${rest}s`;
}

module.exports = { niceDelta, niceSize };
