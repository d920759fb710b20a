'use strict';

// `npm run bench:assert -- [options]`: how often assertNoLeak() is right, with its default options, over the whole corpus.
//
//   --minutes N       no run begins after that (default 10)
//   --only WHICH      healthy | leaks
//   --match TEXT      only cases whose id has it
//   --mode MODE       fresh: a process for every run; one: many runs in a process; default: in turn
//   --node VERSION    20, 22, 24 or 26 (default: the one that runs this)
//   --jobs N          at a time (default 1)
//   --passes N        over the corpus (default: as many as there is time for)
//   --json FILE       appends every run to it, and goes on where it ends
//   --report          only the tables, of the runs in FILE

const { spawn } = require('node:child_process');
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { parseArgs } = require('node:util');

const { nodeBinary } = require('../../scripts/node-versions.js');
const { ids } = require('./corpus.js');
const { report } = require('./report.js');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    only: { type: 'string' },
    match: { type: 'string', default: '' },
    mode: { type: 'string' },
    node: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    passes: { type: 'string', default: 'Infinity' },
    json: { type: 'string' },
    report: { type: 'boolean', default: false },
  },
});

const IN_ONE = 25;
// A run that hangs is a row too.
const RUN_LIMIT_MS = 120_000;

// mulberry32
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// One process after the other: a pass over the corpus in an order of its own, then the next.
function* processes(first) {
  const wanted = ids(values.only).filter((id) => id.includes(values.match));
  for (let pass = first; pass < first + Number(values.passes); pass++) {
    const next = random(pass);
    const order = wanted.map((id) => [next(), id]).sort(([a], [b]) => a - b).map(([, id]) => id);
    const mode = values.mode ?? (pass % 2 === 0 ? 'fresh' : 'one');
    const each = mode === 'fresh' ? 1 : IN_ONE;
    for (let at = 0; at < order.length; at += each) yield { pass, mode, ids: order.slice(at, at + each) };
  }
}

// Resolves when the process has ended; each of its rows goes to `take`.
async function run(binary, list, take) {
  const child = spawn(binary, [path.join(__dirname, 'pass.js'), ...list], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.resume();
  child.stderr.on('data', (data) => {
    said = (said + data).slice(-2000);
  });
  let done = 0;
  createInterface({ input: child.stdio[3] }).on('line', (line) => {
    done++;
    take(JSON.parse(line));
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_LIMIT_MS * list.length);
  const [code, signal] = await new Promise((resolve) => child.on('close', (...all) => resolve(all)));
  clearTimeout(timer);
  if (done < list.length) take({ id: list[done], verdict: 'CRASH', why: `${code ?? signal}: ${said}` });
}

async function main() {
  const rows = values.json && existsSync(values.json) ? readFileSync(values.json, 'utf8').trim().split('\n').map((line) => JSON.parse(line)) : [];
  const until = Date.now() + Number(values.minutes) * 60_000;
  if (!values.report) {
    const binary = values.node === undefined ? process.execPath : nodeBinary(values.node);
    const node = values.node ?? process.versions.node.split('.')[0];
    const first = rows.filter((row) => row.node === node).reduce((most, { pass }) => Math.max(most, pass + 1), 0);
    const queue = processes(first);
    const work = async () => {
      for (const { pass, mode, ids: list } of queue) {
        if (Date.now() > until) return;
        await run(binary, list, (found) => {
          const row = { leak: 0, ms: 0, captures: null, ...found, node, pass, mode };
          rows.push(row);
          if (values.json) appendFileSync(values.json, `${JSON.stringify(row)}\n`);
        });
      }
    };
    await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  }
  report(rows);
}

main();
