'use strict';

// The compiled half. lib/native.js finds the binary for this platform (generated, never edited); here a
// failure to find it becomes an error that says what to do, and a version mix-up is caught at once.

const { LeakguardError } = require('./errors.js');
const { version } = require('../package.json');

function load() {
  let native;
  try {
    native = require('./native.js');
  } catch (cause) {
    const platform = `${process.platform} ${process.arch}`;
    throw new LeakguardError('LG_NATIVE', `the compiled part of leakguard for ${platform} is missing or does not load`, { cause });
  }
  const found = native.nativeVersion();
  if (found !== version) {
    throw new LeakguardError('LG_NATIVE', `leakguard ${version} found a compiled part of version ${found}`);
  }
  return native;
}

module.exports = load();
