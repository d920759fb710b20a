'use strict';
// A configuration file that is read anew each time.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { load } = require('../../package-under-test.js');

let folder;
let requireUncached;
exports.setup = async () => {
  ({ default: requireUncached } = await load());
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-uncached-'));
  fs.writeFileSync(path.join(folder, 'config.js'), 'module.exports = { colour: "green" };\n');
};
exports.iterate = () => requireUncached(path.join(folder, 'config.js')).colour;
exports.teardown = () => fs.rmSync(folder, { recursive: true });
