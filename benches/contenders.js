'use strict';

// Who takes part in the benchmark. Each is a command that, in a process of its own, parses a snapshot, builds dominators,
// retained sizes and a class table, and prints JSON that begins with how many nodes it saw.

const { join } = require('node:path');
const { packagesCurrent } = require('../scripts/ensure-built.js');
const { nodeBinary } = require('../scripts/node-versions.js');
const { ROOT, step } = require('../scripts/step.js');

const PEERS = join(__dirname, 'peers');
const CRATE = join(PEERS, 'v8-heap-parser-bench');
const TARGET = join(ROOT, '.cache', 'bench', 'target');
/** The newest V8 among the supported Nodes: closest to the one DevTools runs on. */
const NODE = '26';

/** A Node program under measurement, with room for the whole heap of a large snapshot. */
function node(...args) {
  return [nodeBinary(NODE), '-r', join(PEERS, 'usage.js'), '--max-old-space-size=16000', ...args];
}

const cli = join(ROOT, 'bin', 'leakguard.js');

const CONTENDERS = [
  { name: 'leakguard', command: (file) => node(cli, 'analyze', file, '--json') },
  {
    name: 'leakguard as a guest',
    note: 'half of the cores, at low priority: what it is inside a guarded app',
    command: (file) => ['nice', '-n', '10', ...node(cli, 'analyze', file, '--json', '--threads', '1')],
  },
  { name: 'DevTools', note: 'its worker, with its second thread', command: (file) => node(join(PEERS, 'devtools.js'), file) },
  { name: 'memlab', note: 'getFullHeapFromFile', command: (file) => node(join(PEERS, 'memlab.js'), file) },
  { name: 'v8-heap-parser', note: 'decode_slice', command: (file) => [join(TARGET, 'release', 'v8-heap-parser-bench'), file] },
];

/** Installs and compiles the peers; nothing of it belongs to the package. */
function prepare() {
  for (const directory of [PEERS, join(ROOT, '__test__', 'oracle')]) {
    if (packagesCurrent(directory)) continue;
    step(`install ${directory}`, 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: directory });
  }
  step('compile v8-heap-parser', 'cargo', ['build', '--quiet', '--release', '--locked', '--target-dir', TARGET], { cwd: CRATE });
}

module.exports = { CONTENDERS, NODE, prepare };
