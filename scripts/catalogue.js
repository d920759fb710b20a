'use strict';

// Hunts every example of the leak catalogue, the leaking and the fixed variant, and prints what was found
// beside what examples/catalogue.json expects. Exits with 1 when a line is wrong.
//
// usage: node scripts/catalogue.js [name…]

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { hunt } = require('..');

const EXAMPLES = path.join(__dirname, '..', 'examples');
const COLUMNS = ['example', 'variant', 'verdict', 'class', 'grows at', 'defined at', 'stall', 'seconds', ''];

async function main(names) {
  const known = require(path.join(EXAMPLES, 'catalogue.json'));
  const chosen = names.length === 0 ? known : known.filter(({ name }) => names.includes(name));
  if (chosen.length === 0) throw new Error(`no such example; there are ${known.map(({ name }) => name).join(', ')}`);
  console.log(`| ${COLUMNS.join(' | ')} |\n|${' --- |'.repeat(COLUMNS.length)}`);
  let wrong = 0;
  for (const expected of chosen) {
    install(path.join(EXAMPLES, expected.name));
    for (const variant of ['leaking', 'fixed']) {
      const row = await observe(expected, variant);
      if (row.fault !== undefined) wrong += 1;
      console.log(`| ${row.cells.join(' | ')} | ${row.fault ?? 'ok'} |`);
    }
  }
  console.log(`\n${chosen.length * 2 - wrong} of ${chosen.length * 2} right, on Node ${process.version}`);
  return wrong === 0 ? 0 : 1;
}

// The one example with a dependency that is not committed beside it.
function install(folder) {
  if (!fs.existsSync(path.join(folder, 'package-lock.json')) || fs.existsSync(path.join(folder, 'node_modules'))) return;
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm ci failed in ${folder}`);
}

async function observe(expected, variant) {
  const found = await hunt({ app: path.join(EXAMPLES, expected.name, `${variant}.js`) });
  const [suspect] = found.suspects;
  const stall = Math.max(...found.rounds.map((round) => round.capture.stallMs));
  const cells = [
    expected.name,
    variant,
    found.verdict,
    suspect?.className ?? '',
    suspect?.growsAt?.text ?? '',
    suspect?.definedAt === undefined ? '' : place(suspect.definedAt),
    `${stall.toFixed(1)} ms`,
    found.seconds.toFixed(1),
  ];
  return { cells, fault: variant === 'leaking' ? faultOf(found, expected) : healthy(found) };
}

function faultOf({ verdict, suspects: [suspect] }, expected) {
  if (verdict !== expected.verdict) return `expected ${expected.verdict}`;
  const checks = {
    class: suspect.className,
    growsAt: suspect.growsAt?.text ?? '',
    definedAt: suspect.definedAt === undefined ? '' : place(suspect.definedAt),
  };
  for (const [name, text] of Object.entries(checks)) {
    if (expected[name] !== undefined && !new RegExp(expected[name]).test(text)) return `expected ${name} ${expected[name]}`;
  }
  return undefined;
}

function healthy({ verdict }) {
  return verdict === 'healthy' ? undefined : 'expected healthy';
}

function place({ file, line, column }) {
  const where = path.isAbsolute(file) ? path.relative(EXAMPLES, file) : file;
  return line === undefined ? where : `${where}:${line}:${column}`;
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
