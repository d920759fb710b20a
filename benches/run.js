'use strict';

// npm run bench [-- --quick | --huge] [--runs N] [--only leakguard,DevTools]
//
// leakguard beside DevTools, memlab and v8-heap-parser, on snapshots of real heaps made here: about 170 MB and 700 MB by
// default, only the first with --quick, and one of 2 GB as well with --huge. Prints ratios; without --quick and
// --only it also writes a dated record.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { ensureBuilt } = require('../scripts/ensure-built.js');
const { VERSIONS, nodeBinary } = require('../scripts/node-versions.js');
const { ROOT, step } = require('../scripts/step.js');
const { CONTENDERS, NODE, prepare } = require('./contenders.js');
const { measure } = require('./measure.js');
const { record, table, title } = require('./record.js');

const CACHE = path.join(ROOT, '.cache', 'bench');
/** The heaps are made with one Node, so that the files stay the same while the contenders' Node changes. */
const HEAP_NODE = '22';
const MEGABYTES = { quick: [170], normal: [170, 700], huge: [170, 700, 2000] };

function makeSnapshot(megabytes) {
  const file = path.join(CACHE, `${megabytes}.heapsnapshot`);
  if (!fs.existsSync(file)) {
    fs.mkdirSync(CACHE, { recursive: true });
    const temporary = `${file}.unfinished`;
    step(`make a snapshot of ${megabytes} MB`, nodeBinary(HEAP_NODE), ['--max-old-space-size=12000', '--expose-gc', path.join(__dirname, 'heap.js'), temporary, String(megabytes)]);
    fs.renameSync(temporary, file);
  }
  return file;
}

/** Reads the whole file once, so that every run finds it in the page cache. */
function warm(file) {
  const fd = fs.openSync(file);
  const block = Buffer.alloc(1 << 24);
  let bytes = 0;
  for (let read; (read = fs.readSync(fd, block)) > 0;) bytes += read;
  fs.closeSync(fd);
  return bytes;
}

/** How many nodes a contender found; all must agree, or they did not do the same work. */
function nodesIn({ output }) {
  const found = /"(?:nodes|nodeCount)"\s*:\s*(\d+)/.exec(output);
  if (!found) throw new Error(`no node count in ${output.slice(0, 200)}`);
  return Number(found[1]);
}

async function race(file, contenders, runs) {
  const bytes = warm(file);
  const results = contenders.map(({ name }) => ({ name, runs: [] }));
  let nodes;
  for (let n = 0; n < runs; n++) {
    for (const [c, contender] of contenders.entries()) {
      const run = await measure(contender.command(file));
      nodes ??= nodesIn(run);
      if (nodesIn(run) !== nodes) throw new Error(`${contender.name} found ${nodesIn(run)} nodes instead of ${nodes}`);
      results[c].runs.push(run);
      console.log(`${path.basename(file)} run ${n + 1}: ${contender.name} ${(run.wallMs / 1000).toFixed(2)} s, ${Math.round(run.peakBytes / 2 ** 20)} MiB`);
    }
  }
  return { bytes, nodes, results };
}

async function main() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' }, huge: { type: 'boolean' }, runs: { type: 'string', default: '3' }, only: { type: 'string' },
    },
  });
  ensureBuilt();
  prepare();
  const only = values.only?.split(',');
  const contenders = CONTENDERS.filter(({ name }) => !only || only.includes(name));
  const sizes = MEGABYTES[values.huge ? 'huge' : values.quick ? 'quick' : 'normal'];
  const files = sizes.map(makeSnapshot);
  const before = os.loadavg();
  const snapshots = [];
  for (const file of files) snapshots.push(await race(file, contenders, Number(values.runs)));
  for (const snapshot of snapshots) console.log(`\n${title(snapshot)}\n\n${table(snapshot)}`);
  if (only || values.quick) return;
  const command = `npm run bench${['quick', 'huge'].filter((name) => values[name]).map((name) => ` -- --${name}`).join('')}`;
  const file = record(snapshots, { command, nodeVersion: VERSIONS[NODE], contenders, load: [before, os.loadavg()] });
  console.log(`\nwritten to ${path.relative(ROOT, file)}`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 2;
});
