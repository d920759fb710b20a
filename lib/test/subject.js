'use strict';

// The function under test, where every capture finds it by the same short way.
//
// Growth is found by the names on the way from a root to what grows. A test that awaits is itself held by promises,
// whose number and order differ from capture to capture, and by its runner's lists; what its variables hold would have
// another way in each. So for as long as the function is measured, the global object holds it as well: the one of the
// process, also where a runner gives the test a global object of its own.

const vm = require('node:vm');

// The name is what a path shows.
const EDGE = 'tested function';

/** Calls `work` while `run` is held. */
async function holding(run, work) {
  const global = vm.runInThisContext('globalThis');
  // Not enumerable: some runners look for new globals.
  Object.defineProperty(global, EDGE, { value: run, configurable: true });
  try {
    return await work();
  } finally {
    delete global[EDGE];
  }
}

/** The diagnosis with its paths beginning at the tested function. */
function fromSubject(diagnosis) {
  const suspects = diagnosis.suspects.map((suspect) => {
    const at = suspect.path.findIndex(({ edge }) => edge === EDGE);
    return at === -1 ? suspect : { ...suspect, path: suspect.path.slice(at) };
  });
  return { ...diagnosis, suspects };
}

module.exports = { fromSubject, holding };
