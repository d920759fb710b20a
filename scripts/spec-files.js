'use strict';

// The node:test specs, sorted: named one by one because Node 20 knows no patterns.

const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { ROOT } = require('./step.js');

function specFiles() {
  const specs = readdirSync(join(ROOT, '__test__')).filter((file) => file.endsWith('.spec.js'));
  return specs.sort().map((file) => join('__test__', file));
}

module.exports = { specFiles };
