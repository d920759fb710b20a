'use strict';

// From its first snapshot on V8 follows every moved object, so that it keeps its id, and code that allocates much
// runs several times slower. Who needs ids says so here; when nobody does any more, V8 is freed of them.

const { ScriptTable } = require('../capture/scripts.js');

let users = 0;

function retainObjectIds() {
  users++;
}

function releaseObjectIds() {
  users--;
  // The end of a session is what makes V8 forget.
  if (users === 0) new ScriptTable().close();
}

module.exports = { releaseObjectIds, retainObjectIds };
