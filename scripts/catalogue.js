'use strict';

// Hunts every example of the leak catalogue, the leaking variants and the fixed one, and prints as a Markdown
// table what was found beside what examples/catalogue.json expects of the first suspect: its category, class and
// growth point word by word, and where the class is defined. An array there holds what it may be in different
// versions of Node. Exits with 1 when a line is wrong.
//
// usage: node scripts/catalogue.js [name…]

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { hunt } = require('..');

const EXAMPLES = path.join(__dirname, '..', 'examples');
const COLUMNS = ['example', 'variant', 'verdict', 'class', 'grows at', 'path', 'defined at', 'allocated at', 'seconds', ''];
// The hops of a path that are shown: the last ones.
const HOPS = 6;

async function main(names) {
  const known = require(path.join(EXAMPLES, 'catalogue.json'));
  const chosen = names.length === 0 ? known : known.filter(({ name }) => names.includes(name));
  if (chosen.length === 0) throw new Error(`no such example; there are ${known.map(({ name }) => name).join(', ')}`);
  console.log(`| ${COLUMNS.join(' | ')} |\n|${' --- |'.repeat(COLUMNS.length)}`);
  const rows = [];
  for (const expected of chosen) {
    install(path.join(EXAMPLES, expected.name));
    for (const variant of [...(expected.variants ?? ['leaking']), 'fixed']) {
      const row = await observe(expected, variant);
      rows.push(row);
      console.log(`| ${row.cells.join(' | ')} | ${row.fault ?? 'ok'} |`);
    }
  }
  const wrong = rows.filter(({ fault }) => fault !== undefined).length;
  const seconds = rows.map((row) => row.seconds).sort((a, b) => a - b);
  const median = seconds[seconds.length >> 1].toFixed(1);
  console.log(`\n${rows.length - wrong} of ${rows.length} right, median ${median} s, on Node ${process.version}`);
  return wrong === 0 ? 0 : 1;
}

// The examples with dependencies that are not committed beside them.
function install(folder) {
  if (!fs.existsSync(path.join(folder, 'package-lock.json')) || fs.existsSync(path.join(folder, 'node_modules'))) return;
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm ci failed in ${folder}`);
}

async function observe(expected, variant) {
  const found = await hunt({ app: path.join(EXAMPLES, expected.name, `${variant}.js`) });
  const [suspect] = found.suspects;
  const cells = [
    expected.name,
    variant,
    found.verdict,
    suspect?.className ?? '',
    suspect?.growsAt.text ?? '',
    suspect === undefined ? '' : way(suspect.path),
    place(suspect?.definedAt),
    place(suspect?.allocatedAt?.place),
    found.seconds.toFixed(1),
  ].map((text) => text.replaceAll('|', '\\|'));
  const fault = variant === 'fixed' ? faultOfHealthy(found) : faultOfLeak(found, variant, expected);
  return { cells, fault, seconds: found.seconds };
}

function faultOfLeak({ verdict, suspects: [suspect] }, variant, expected) {
  if (verdict !== expected.verdict) return `expected ${expected.verdict}`;
  const checks = {
    category: suspect?.category,
    class: suspect?.className,
    growsAt: suspect?.growsAt.text,
    definedAt: place(suspect?.definedAt),
  };
  for (const [name, text] of Object.entries(checks)) {
    const wanted = [expected[name] ?? []].flat().map((value) => value.replaceAll('VARIANT', variant));
    if (wanted.length > 0 && !wanted.includes(text)) return `${name} is ${text}, expected ${wanted.join(' or ')}`;
  }
  return undefined;
}

function faultOfHealthy({ verdict }) {
  return verdict === 'healthy' ? undefined : 'expected healthy';
}

// How the growth point is reached and what it holds, by the names of the references.
function way(hops) {
  const edges = hops.map(({ edge, role, repeats = 1 }) => {
    const name = edge.replace(/^\[\d+\]$/, '[…]').replace(/^get\(.*\)$/, 'get(…)');
    return `${role === 'growth-point' ? `**${name}**` : name}${repeats > 1 ? '…' : ''}`;
  });
  return (edges.length > HOPS ? ['…', ...edges.slice(-HOPS)] : edges).join(' › ');
}

// The line without the column, which differs between versions of V8.
function place(at) {
  if (at?.file === undefined) return '';
  const where = path.isAbsolute(at.file) ? path.relative(EXAMPLES, at.file) : at.file;
  return at.line === undefined || where.startsWith('node:') ? where : `${where}:${at.line}`;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error.stack);
    process.exitCode = 2;
  },
);
