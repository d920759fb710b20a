'use strict';

// The tables of `npm run bench:assert`, from the rows of all runs.

const { upperBound } = require('./bound.js');

function report(rows) {
  healthyTable(rows.filter(({ leak }) => leak === 0));
  leakTable(rows.filter(({ leak }) => leak > 0));
  wrong(rows);
}

function healthyTable(rows) {
  if (rows.length === 0) return;
  heading('Healthy functions', ['group', 'runs', 'false alarms', 'unsure', 'by captures', 'median s', '95 % s', 'longest s', 'median CPU s', '95 % CPU s']);
  const groups = grouped(rows, ({ id }) => (/\/.*\//.test(id) ? `awaits ${id.split('/')[0]}` : id.split('/')[0]));
  for (const kind of ['fresh', 'one']) groups.push([kind === 'fresh' ? 'a process each' : 'many in a process', rows.filter(({ mode }) => mode === kind)]);
  groups.push(...grouped(rows, ({ node }) => `Node ${node}`), ['all', rows]);
  for (const [name, list] of groups) {
    line([name, list.length, of(list, 'LG_LEAK'), of(list, 'inconclusive'), list.filter(({ captures }) => captures !== 0).length, ...times(list)]);
  }
  const alarms = of(rows, 'LG_LEAK');
  const rate = (upperBound(alarms, rows.length) * 1000).toFixed(2);
  process.stdout.write(`\n${alarms} false alarms in ${rows.length} runs: at most ${rate} in 1,000 at 95 % confidence.\n`);
}

function leakTable(rows) {
  if (rows.length === 0) return;
  heading('Leaking functions', ['leak', 'runs', 'found', 'found within 10 s', 'unsure', 'healthy', 'median s', '95 % s', 'longest s', 'median CPU s', '95 % CPU s']);
  const groups = grouped(rows, ({ id, leak }) => (id.startsWith('way/') ? 'each its own way' : `${leak} B`));
  for (const [name, list] of [...groups, ['all', rows]]) {
    const inTime = list.filter(({ verdict, ms }) => verdict === 'LG_LEAK' && ms < 10_000).length;
    line([name, list.length, of(list, 'LG_LEAK'), inTime, of(list, 'inconclusive'), of(list, 'healthy'), ...times(list)]);
  }
}

function wrong(rows) {
  for (const { id, leak, verdict, why, mode, node, ms, calls } of rows) {
    if (leak === 0 ? verdict === 'healthy' || verdict === 'backlog' : verdict === 'LG_LEAK') continue;
    process.stdout.write(`\n${leak === 0 ? 'healthy' : 'leaking'}: ${id} (Node ${node}, ${mode}, ${ms} ms, ${calls} calls): ${verdict} ${why}\n`);
  }
}

function heading(title, columns) {
  process.stdout.write(`\n${title}\n\n`);
  line(columns);
  line(columns.map((_, at) => (at === 0 ? '---' : '---:')));
}

const line = (cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const of = (list, verdict) => list.filter((row) => row.verdict === verdict).length;

function times(list) {
  const at = (field, part) => {
    const sorted = list.map((row) => (row[field] ?? 0) / 1000).sort((a, b) => a - b);
    return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(2);
  };
  return [at('ms', 0.5), at('ms', 0.95), at('ms', 1), at('cpuMs', 0.5), at('cpuMs', 0.95)];
}

// Map.groupBy came with Node 21.
function grouped(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return [...groups].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
}

module.exports = { report };
