'use strict';

// Hunts healthy packages under steady load with default settings, on the Node that runs this, and prints a table.
// Exits with 1 when one of them is called a leak; "inconclusive" is counted apart.
//
// usage: node __test__/field/healthy/table.js [package…]

const path = require('node:path');

const { hunt } = require('../../..');
const { installed } = require('../installed.js');
const packages = require('./packages.json');

const COLUMNS = ['package', 'verdict', 'calls a round', 'seconds', 'reason, if not healthy'];

async function observe({ package: name, version, module = name }) {
  const env = { LEAKGUARD_PACKAGE_HOME: installed(name, version), LEAKGUARD_PACKAGE_NAME: name };
  try {
    return await hunt({ iterate: path.join(__dirname, 'modules', `${module}.js`), env });
  } catch (error) {
    return { verdict: error.code ?? 'failed', reason: error.message, seconds: 0, rounds: [], suspects: [] };
  }
}

async function main(names) {
  const chosen = packages.filter(({ package: name }) => names.length === 0 || names.includes(name));
  if (chosen.length === 0) throw new Error(`no such package; there are ${packages.map(({ package: name }) => name).join(', ')}`);
  console.log(`| ${COLUMNS.join(' | ')} |\n|${' --- |'.repeat(COLUMNS.length)}`);
  const counts = {};
  for (const wanted of chosen) {
    const { verdict, seconds, rounds, suspects, reason } = await observe(wanted);
    counts[verdict] = (counts[verdict] ?? 0) + 1;
    const calls = rounds.find(({ phase }) => phase === 'round')?.iterations ?? '';
    const why = verdict === 'healthy' ? '' : (suspects[0]?.sentence ?? reason).replaceAll('|', '\\|').replace(/\s+/g, ' ');
    console.log(`| ${wanted.package}@${wanted.version} | ${verdict} | ${calls} | ${seconds.toFixed(1)} | ${why} |`);
  }
  const words = Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`);
  console.log(`\n${words.join(', ')} of ${chosen.length}, on Node ${process.version}`);
  const { healthy = 0, inconclusive = 0 } = counts;
  return healthy + inconclusive === chosen.length ? 0 : 1;
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
