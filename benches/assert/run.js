'use strict';

// `npm run bench:assert -- [--minutes N] [--passes N] [--only healthy|leaks] [--json FILE]`: how often assertNoLeak() is
// right, with its default options, over the whole corpus. Every pass is a fresh process.

const { spawn } = require('node:child_process');
const { appendFileSync } = require('node:fs');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { parseArgs } = require('node:util');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    passes: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});

const until = Date.now() + Number(values.minutes) * 60_000;

// Resolves when the pass is done or the time is up; each row goes to `take`.
function pass(seed, take) {
  const child = spawn(process.execPath, [path.join(__dirname, 'pass.js'), String(seed), ...(values.only ? [values.only] : [])], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  createInterface({ input: child.stdio[3] }).on('line', (line) => take(JSON.parse(line)));
  const timer = setTimeout(() => child.kill(), Math.max(0, until - Date.now()));
  return new Promise((resolve) => {
    child.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function main() {
  const rows = [];
  for (let at = 0; at < Number(values.passes) && Date.now() < until; at++) {
    await pass(Number(values.seed) + at, (row) => {
      rows.push(row);
      if (values.json) appendFileSync(values.json, `${JSON.stringify(row)}\n`);
    });
  }
  report(rows);
}

function report(rows) {
  const line = (cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
  line(['leak per call', 'awaits', 'runs', 'said to leak', 'unsure', 'median s', '95 % s', 'median CPU s']);
  line(['---', '---', '---:', '---:', '---:', '---:', '---:', '---:']);
  const groups = Map.groupBy ? Map.groupBy(rows, key) : grouped(rows);
  for (const [name, list] of [...groups].sort(([a], [b]) => order(a) - order(b) || a.localeCompare(b))) {
    const of = (verdict) => list.filter((row) => row.verdict === verdict).length;
    const [leak, kind] = name.split('/');
    line([leak, kind, list.length, of('LG_LEAK'), of('inconclusive'), at(list, 'ms', 0.5), at(list, 'ms', 0.95), at(list, 'cpuMs', 0.5)]);
  }
  for (const row of rows) {
    if ((row.leak === 'healthy') === (row.verdict === 'LG_LEAK') || row.verdict === 'LG_INTERNAL') {
      process.stdout.write(`\nwrong: ${row.kind}, ${row.noise}, ${row.leak}, seed ${row.seed}: ${row.verdict} ${row.why}\n`);
    }
  }
}

const key = (row) => `${row.leak}/${row.kind}`;
const order = (name) => ['healthy', '100 B', '1 KB'].indexOf(name.split('/')[0]);

// Map.groupBy for Node 20.
function grouped(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

function at(list, field, part) {
  const sorted = list.map((row) => row[field]).sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] / 1000).toFixed(2);
}

main();
