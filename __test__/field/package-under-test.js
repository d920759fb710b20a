'use strict';

// The package that a module of modules/ is about, in the version that is being hunted.

const path = require('node:path');
const { pathToFileURL } = require('node:url');

/** Its exports as a module namespace; for CommonJS, `default` is what it exports. */
function load() {
  return import(pathToFileURL(path.join(process.env.LEAKGUARD_PACKAGE_HOME, 'entry.mjs')).href);
}

module.exports = { load };
