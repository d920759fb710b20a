'use strict';

// `npm start`: from a fresh clone to a named leak, and to the dashboard that shows it.

const { mkdirSync, readdirSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { ensureBuilt } = require('./ensure-built.js');
const { ROOT, step } = require('./step.js');

/** The exit code of a hunt that found one. */
const LEAK_FOUND = 1;
const KEPT = join('.cache', 'start');

ensureBuilt();
rmSync(join(ROOT, KEPT), { recursive: true, force: true });
mkdirSync(join(ROOT, KEPT), { recursive: true });
const report = join(KEPT, 'hunt.json');
const hunt = ['bin/leakguard.js', 'hunt', 'examples/ccap-registry/leaking.js', '--url', 'http://127.0.0.1:8124/', '--keep', KEPT, '--report', report];
step(`leakguard ${hunt.slice(1).join(' ')}`, 'node', hunt, { expected: LEAK_FOUND });

const snapshots = readdirSync(join(ROOT, KEPT)).filter((file) => file.endsWith('.heapsnapshot.gz')).sort();
process.stdout.write(`
To look around in what it found, in a browser:

  node bin/leakguard.js view --report ${report} ${snapshots.map((file) => join(KEPT, file)).join(' ')}
`);
