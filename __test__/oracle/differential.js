'use strict';

// The differential test: leakguard's command line against DevTools, on snapshots of real heaps of every supported
// Node and of Chromium, and on random ones. Prints snapshots x quantities x mismatches; exits with 1 on any mismatch.
//
//   node __test__/oracle/differential.js [--node 20,22] [--programs server,weak] [--random 200] [FILE | BASE,HEAD ...]

const fs = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');
const { parseArgs } = require('node:util');
const { answers } = require('./answers.js');
const { CACHE } = require('./bundle.js');
const leakguard = require('./leakguard.js');
const { randomSnapshots } = require('./random.js');
const { snapshots } = require('./snapshots.js');
const { Mismatches, compareAll } = require('./compare.js');

/** DevTools' answers, computed once per file: both are pinned. */
async function oracle(head, base) {
  const cached = `${head}${base ? '.diff' : ''}.answers`;
  const fresh = fs.existsSync(cached) && fs.statSync(cached).mtimeMs > fs.statSync(head).mtimeMs;
  if (fresh) return v8.deserialize(fs.readFileSync(cached));
  const result = await answers(head, base);
  if (head.startsWith(CACHE)) fs.writeFileSync(cached, v8.serialize(result));
  return result;
}

/** One snapshot, and its comparison with an earlier one if there is one. */
async function compare({ base, head }) {
  const theirs = await oracle(head, base);
  const mismatches = await compareAll(leakguard, theirs, head, base);
  return { mismatches, nodeCount: theirs.nodes.count, classCount: theirs.classes.rows.length };
}

/** One line per snapshot; `mismatching` quantities are spelled out, the others only counted. */
function printRow(name, { mismatches, nodeCount, classCount }) {
  const bad = [...mismatches.counts].filter(([, count]) => count > 0).map(([quantity, count]) => `${quantity} ${count}`);
  const counts = `${String(nodeCount).padStart(8)} nodes ${String(classCount).padStart(5)} classes`;
  const explained = mismatches.explained ? `, ${mismatches.explained} rows explained` : '';
  console.log(`${name.padEnd(28)} ${counts} ${String(mismatches.counts.size).padStart(3)} quantities  ${bad.join(', ') || '0 mismatches'}${explained}`);
  for (const example of mismatches.examples) console.log(`    ${example}`);
}

function given(files) {
  return files.map((argument) => {
    const [first, second] = argument.split(',');
    return { name: path.basename(second ?? first), base: second && first, head: second ?? first };
  });
}

function chosen() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { node: { type: 'string' }, programs: { type: 'string' }, random: { type: 'string', default: '100' } },
  });
  if (positionals.length) return given(positionals);
  const list = (text) => text?.split(',').filter(Boolean);
  return [
    ...randomSnapshots(Number(values.random), path.join(CACHE, 'random')),
    ...snapshots({ majors: list(values.node), programs: list(values.programs) }),
  ];
}

async function main() {
  const totals = new Mismatches();
  const pairs = chosen();
  let failed = 0;
  let explained = 0;
  for (const pair of pairs) {
    const result = await compare(pair);
    for (const [quantity, count] of result.mismatches.counts) {
      totals.counts.set(quantity, (totals.counts.get(quantity) ?? 0) + count);
    }
    explained += result.mismatches.explained;
    if (result.mismatches.total > 0) failed++;
    if (result.mismatches.total > 0 || !pair.name.startsWith('random-')) printRow(pair.name, result);
  }
  console.log(`\nmismatches by quantity over ${pairs.length} snapshots and their comparisons:`);
  console.table(Object.fromEntries([...totals.counts].map(([quantity, count]) => [quantity, { mismatches: count }])));
  console.log(`${explained} class rows explained by docs/divergences.md\n`);
  console.log(`${pairs.length - failed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 2;
});
