'use strict';

// The benchmark's tables and its dated record under docs/benchmarks/.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { median } = require('./measure.js');

const FOLDER = path.join(__dirname, '..', 'docs', 'benchmarks');
const MIB = 2 ** 20;

const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
const mebibytes = (bytes) => `${Math.round(bytes / MIB)} MiB`;
const times = (ratio) => `${ratio.toFixed(ratio < 10 ? 2 : 1)}x`;

/** Medians over the runs of one contender. */
function summary({ name, runs }) {
  const [wallMs, cpuMs, peakBytes] = ['wallMs', 'cpuMs', 'peakBytes'].map((field) => median(runs.map((run) => run[field])));
  const walls = runs.map((run) => run.wallMs);
  return { name, wallMs, cpuMs, peakBytes, spread: [Math.min(...walls), Math.max(...walls)] };
}

/** A Markdown table of one snapshot's results; the first contender is the measure of the others. */
function table({ bytes, results }) {
  const rows = results.map(summary);
  const [first] = rows;
  const lines = rows.map(({ name, wallMs, cpuMs, peakBytes, spread }) => [
    name, seconds(wallMs), `${seconds(spread[0])} to ${seconds(spread[1])}`, seconds(cpuMs), mebibytes(peakBytes),
    times(wallMs / first.wallMs), times(cpuMs / first.cpuMs), times(peakBytes / first.peakBytes), times(peakBytes / bytes),
  ]);
  const head = ['', 'wall', 'fastest to slowest', 'CPU', 'peak memory', 'wall ratio', 'CPU ratio', 'memory ratio', 'memory / file'];
  const rule = head.map((_, n) => (n === 0 ? '---' : '---:'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function title({ bytes, nodes }) {
  return `${mebibytes(bytes)}, ${(nodes / 1e6).toFixed(1)} million nodes`;
}

function version(command, args) {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout?.trim() ?? 'unknown';
}

/** What a reader needs to judge and repeat it. */
function circumstances({ command, nodeVersion, contenders, load }) {
  const [cpu] = os.cpus();
  const peer = (name) => require(`./peers/package.json`).dependencies[name];
  const oracle = require('../__test__/oracle/package.json').dependencies['chrome-devtools-frontend'];
  return [
    `- Command: \`${command}\``,
    `- Machine: ${os.cpus().length} cores (${cpu.model.trim()}), ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.machine()}`,
    `- Load average of the machine before: ${load[0].map((n) => n.toFixed(2)).join(', ')}; after: ${load[1].map((n) => n.toFixed(2)).join(', ')}`,
    `- leakguard ${version('git', ['describe', '--always', '--dirty'])}, ${version('rustc', ['--version'])}, Node ${nodeVersion} for every JavaScript contender`,
    `- DevTools: chrome-devtools-frontend ${oracle}; memlab: @memlab/heap-analysis ${peer('@memlab/heap-analysis')}; v8-heap-parser 1.1.0`,
    ...contenders.filter(({ note }) => note).map(({ name, note }) => `- ${name}: ${note}`),
    '- Each run is a process of its own: parse, dominators, retained sizes, class table. The page cache is warm. Medians; the contenders run in turn, so that a busy moment of the machine hits all of them.',
  ].join('\n');
}

/** Prints and writes the record. @returns {string} its path */
function record(snapshots, context) {
  const day = new Date().toISOString().slice(0, 10);
  const sections = snapshots.map((snapshot) => `## ${title(snapshot)}\n\n${table(snapshot)}\n`);
  const text = [`# Analysis of a heap snapshot: speed and memory, ${day}\n`, `${circumstances(context)}\n`, ...sections].join('\n');
  const file = path.join(FOLDER, `${day}-analysis.md`);
  fs.mkdirSync(FOLDER, { recursive: true });
  fs.writeFileSync(file, text);
  return file;
}

module.exports = { record, table, title };
