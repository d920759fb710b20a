'use strict';

// npm run bench:explore [-- --millions 10] [--runs 5]
//
// Every question `leakguard view` answers, on two snapshots of about that many million objects made here, over HTTP as
// the page asks it: the first time, which may build an index, and then the median and the slowest of some more. Each
// later run asks something a little different, so that no answer is one that was kept. Writes a dated record.

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { ensureBuilt } = require('../../scripts/ensure-built.js');
const { nodeBinary } = require('../../scripts/node-versions.js');
const { ROOT, step } = require('../../scripts/step.js');
const { median } = require('../measure.js');

const CACHE = path.join(ROOT, '.cache', 'bench');
const MIB = 2 ** 20;
const LOADING = 202;
/** A server that takes longer to start, or a file to open, has failed. */
const PATIENCE_MS = 300_000;

function makeSnapshots(millions) {
  const files = ['base', 'head'].map((name) => path.join(CACHE, `explore-${millions}-${name}.heapsnapshot`));
  if (!files.every(fs.existsSync)) {
    fs.mkdirSync(CACHE, { recursive: true });
    step(`make two snapshots of ${millions} million nodes`, nodeBinary('22'), ['--max-old-space-size=12000', path.join(__dirname, 'heap.js'), String(millions), ...files]);
  }
  return files;
}

/** `leakguard view` of the files: how to ask it, and how much memory it takes. */
async function serve(files) {
  const child = spawn(process.execPath, [path.join(ROOT, 'bin', 'leakguard.js'), 'view', '--json', ...files], { stdio: ['ignore', 'pipe', 'inherit'], timeout: 10 * PATIENCE_MS });
  const line = await new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => reject(new Error(`leakguard view ended with ${code}`)));
    child.stdout.once('data', (text) => resolve(String(text)));
  });
  const { address, url } = JSON.parse(line);
  const headers = { authorization: `Bearer ${new URL(url).searchParams.get('token')}` };
  const ask = async (question) => {
    const started = process.hrtime.bigint();
    const response = await fetch(address + question, { headers });
    const body = await response.json();
    const ms = Number(process.hrtime.bigint() - started) / 1e6;
    if (!response.ok) throw new Error(`${question}: ${JSON.stringify(body)}`);
    return { ms, body, loading: response.status === LOADING };
  };
  const memory = () => {
    const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) * 1024;
  };
  /** Processor time so far, of all its threads; ticks are of 10 ms. */
  const processorMs = () => {
    const fields = fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  };
  const stop = () => {
    child.removeAllListeners('exit');
    child.kill('SIGTERM');
  };
  return { ask, memory, processorMs, stop };
}

/** Asks until the answer is there; `told` hears how long each try took. */
async function opened(ask, question, told = () => {}) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask(question);
    told(answer.ms);
    if (!answer.loading) return answer.body;
    if (Date.now() > end) throw new Error(`${question} is still loading`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Each question, by the number of the run. */
async function questions(ask) {
  const { body: classes } = await ask('explore/s1/classes');
  const biggest = classes.rows.toSorted((a, b) => b.count - a.count)[0];
  const { body: instances } = await ask(`explore/s1/classes/${biggest.index}/nodes?limit=500`);
  const node = (run) => instances.rows[(run * 37) % instances.rows.length].index;
  // The array and the Map with a row for every session, and what nearly everything refers to.
  const { body: held } = await ask('explore/s1/search?q=Map&limit=1');
  const map = held.rows[0].index;
  const { body: detail } = await ask(`explore/s1/nodes/${instances.rows[0].index}/children?limit=500`);
  const popular = detail.rows.find((row) => row.edge === 'map').node.index;
  const pair = 'base=s1&head=s2';
  const { body: changes } = await ask(`explore/compare?${pair}`);
  const key = encodeURIComponent(changes.rows[0].key);
  const term = (run) => ['session', 'user', 'item', 'same', 'cookie', 'group', 'text', 'object', 'array', 'e'][run % 10];
  return [
    ['classes, sorted by count', (run) => `explore/s1/classes?sort=count&offset=${run}`],
    ['classes, filtered', (run) => `explore/s1/classes?filter=${term(run)}`],
    [`objects of the largest class (${biggest.count.toLocaleString('en-US')})`, (run) => `explore/s1/classes/${biggest.index}/nodes?offset=${run * 1000}`],
    ['the same, by distance, in the middle', (run) => `explore/s1/classes/${biggest.index}/nodes?sort=distance&offset=${Math.floor(biggest.count / 2) + run}`],
    ['an object: fields, path', (run) => `explore/s1/nodes/${node(run)}`],
    ['an object by its V8 id', (run) => `explore/s1/nodes?nodeId=${instances.rows[run].id}`],
    ['containment of a large Map, biggest first', (run) => `explore/s1/nodes/${map}/children?sort=retainedSize&offset=${run}`],
    ['retainers of an object', (run) => `explore/s1/nodes/${node(run)}/retainers`],
    ['retainers of a shape that most objects share', (run) => `explore/s1/nodes/${popular}/retainers?offset=${run}`],
    ['dominator tree, 4 levels, 400 nodes', (run) => `explore/s1/dominators?depth=4&limit=${400 - run}`],
    ['search by name', (run) => `explore/s1/search?q=${term(run)}`],
    ['search in strings', (run) => `explore/s1/search?kind=string&q=${term(run)}`],
    ['duplicated strings', (run) => `explore/s1/strings?offset=${run}`],
    ['biggest strings', (run) => `explore/s1/strings?by=size&offset=${run}`],
    ['buffers', (run) => `explore/s1/buffers?offset=${run}`],
    ['comparison', (run) => `explore/compare?${pair}&sort=addedSize&offset=${run}`],
    ['new objects of a class', (run) => `explore/compare/objects?${pair}&kind=added&key=${key}&offset=${run}`],
    ['growth in place', (run) => `explore/compare/growth?${pair}&offset=${run}`],
  ];
}

async function measure(files, runs) {
  const { ask, memory, processorMs, stop } = await serve(files);
  try {
    const summary = await opened(ask, 'explore/s1/summary');
    const [first, openMs] = [memory(), processorMs()];
    const head = await opened(ask, 'explore/s2/summary');
    const indexes = [
      ['objects by class', 'explore/s1/classes/0/nodes?limit=1'],
      ['dominator tree', 'explore/s1/dominators?limit=1'],
      ['retaining paths', 'explore/s1/nodes/0'],
      ['duplicated strings', 'explore/s1/strings?limit=1'],
      ['comparison of both', 'explore/compare?base=s1&head=s2&limit=1'],
    ];
    const built = [];
    const timed = async (work) => {
      const before = processorMs();
      const result = await work();
      return [result, processorMs() - before];
    };
    for (const [name, question] of indexes) {
      const started = performance.now();
      let slowest = 0;
      const told = (ms) => (slowest = Math.max(slowest, ms));
      const [, processor] = await timed(() => opened(ask, question, told));
      built.push([name, performance.now() - started, slowest, processor]);
    }
    const rows = [];
    for (const [name, question] of await questions(ask)) {
      const [times, processor] = await timed(async () => {
        const all = [];
        for (let run = 0; run < runs; run++) all.push((await ask(question(run))).ms);
        return all;
      });
      rows.push([name, median(times), Math.max(...times), processor / runs]);
    }
    const [, diagnosisMs] = await timed(() => opened(ask, 'explore/diagnosis?ids=s1,s2'));
    return { summary, head, built, rows, openMs, diagnosisMs, memory: { first, all: memory() } };
  } finally {
    stop();
  }
}

function record(result, command) {
  const { summary, head, built, rows, openMs, diagnosisMs, memory } = result;
  const [cpu] = os.cpus();
  const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  const files = summary.bytes + head.bytes;
  const table = (heads, lines) => [heads, heads.map((_, n) => (n === 0 ? '---' : '---:')), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return [
    `# Questions to a snapshot: ${(summary.nodeCount / 1e6).toFixed(1)} million nodes, ${new Date().toISOString().slice(0, 10)}\n`,
    `- Command: \`${command}\``,
    `- Machine: ${os.cpus().length} cores (${cpu.model.trim()}), ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.machine()}; load average ${os.loadavg().map((n) => n.toFixed(1)).join(', ')}`,
    `- leakguard ${spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', cwd: ROOT }).stdout.trim()}, Node ${process.versions.node}`,
    `- Files: ${Math.round(summary.bytes / MIB)} MiB, ${summary.nodeCount.toLocaleString('en-US')} nodes, ${summary.edgeCount.toLocaleString('en-US')} edges; and ${Math.round(head.bytes / MIB)} MiB, a hundredth more of everything`,
    `- Opened in ${(summary.loadedMs / 1000).toFixed(1)} s and ${(head.loadedMs / 1000).toFixed(1)} s, with ${(openMs / 1000).toFixed(1)} s of processor time for the first. Resident memory, Node's own included: ${Math.round(memory.first / MIB)} MiB with the first open (${(memory.first / summary.bytes).toFixed(2)} times the file), ${Math.round(memory.all / MIB)} MiB with both, all indexes of the first and the comparison (${(memory.all / files).toFixed(2)} times both files)`,
    `- The diagnosis of both took ${(diagnosisMs / 1000).toFixed(1)} s of processor time, once`,
    '- Median and slowest are what a client waits, HTTP and JSON included, for pages of 100 rows. They depend on what else the machine does; processor time, the mean of all runs, is what the server needed\n',
    '## Indexes, built by the first question that needs them; until then it is answered 202\n',
    `${table(['index', 'time', 'slowest answer', 'processor time'], built.map(([name, ...times]) => [name, ...times.map(ms)]))}\n`,
    '## Questions\n',
    `${table(['question', 'median', 'slowest', 'processor time'], rows.map(([name, ...times]) => [name, ...times.map(ms)]))}\n`,
  ].join('\n');
}

async function main() {
  const { values } = parseArgs({ options: { millions: { type: 'string', default: '10' }, runs: { type: 'string', default: '5' } } });
  ensureBuilt();
  const files = makeSnapshots(values.millions);
  const text = record(await measure(files, Number(values.runs)), 'npm run bench:explore');
  console.log(text);
  const file = path.join(ROOT, 'docs', 'benchmarks', `${new Date().toISOString().slice(0, 10)}-explore.md`);
  fs.writeFileSync(file, text);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 2;
});
