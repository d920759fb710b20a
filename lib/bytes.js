'use strict';

// Sizes for people: '0 B', '1.2 KB', '35.0 MB'. Decimal units, like the reports.

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

function formatBytes(bytes) {
  let value = Math.abs(bytes);
  let unit = 0;
  // 999.95 KB would round to "1000.0 KB".
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const sign = bytes < 0 ? '-' : '';
  return `${sign}${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

module.exports = { formatBytes };
