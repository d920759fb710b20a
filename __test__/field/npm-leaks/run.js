'use strict';

// `npm run test:npm-leaks`: leaks of published packages. Each is hunted with default settings in a version that has it
// and in one that has not; prints a table, and exits with 1 when a line of it is wrong.
//
// usage: node __test__/field/npm-leaks/run.js [package…]

const path = require('node:path');

const { hunt } = require('../../..');
const { installed } = require('../installed.js');
const leaks = require('./leaks.json');

const COLUMNS = ['package', 'verdict', 'class', 'grows at', 'seconds', '', 'told in'];

async function observe(leak, version) {
  const home = installed(leak.package, version);
  const found = await hunt({
    iterate: path.join(__dirname, 'modules', `${leak.module}.js`),
    // The warnings of too many listeners, of which an app has a few and these have thousands.
    nodeArgs: ['--no-warnings'],
    env: { LEAKGUARD_PACKAGE_HOME: home, LEAKGUARD_PACKAGE_NAME: leak.package },
  });
  return { verdict: found.verdict, seconds: found.seconds, suspect: found.suspects[0], reason: found.reason };
}

function faultOf({ verdict, suspect }, expected) {
  if (expected === null) return verdict === 'healthy' ? undefined : 'expected healthy';
  if (verdict !== 'leak') return 'expected leak';
  const named = { class: suspect.className, growsAt: suspect.growsAt?.text ?? '' };
  const wrong = Object.keys(named).find((name) => !new RegExp(expected[name]).test(named[name]));
  return wrong === undefined ? undefined : `expected ${wrong} ${expected[wrong]}`;
}

const cell = (text = '') => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

async function main(names) {
  const chosen = leaks.filter((leak) => names.length === 0 || names.includes(leak.package));
  if (chosen.length === 0) throw new Error(`no such package; there are ${[...new Set(leaks.map((leak) => leak.package))].join(', ')}`);
  console.log(`| ${COLUMNS.join(' | ')} |\n|${' --- |'.repeat(COLUMNS.length)}`);
  let wrong = 0;
  for (const leak of chosen) {
    for (const version of [leak.leaking, leak.fixed]) {
      const expected = version === leak.leaking ? leak : null;
      const found = await observe(leak, version).catch((error) => ({ verdict: error.code ?? error.message, seconds: 0 }));
      const fault = faultOf(found, expected);
      if (fault !== undefined) wrong += 1;
      const link = expected === null ? '' : `[${new URL(leak.link).pathname.split('/').slice(2).join(' ')}](${leak.link})`;
      const cells = [`${leak.package}@${version}`, found.verdict, cell(found.suspect?.className), cell(found.suspect?.growsAt?.text), found.seconds.toFixed(1), fault ?? 'right', link];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
  console.log(`\n${chosen.length * 2 - wrong} of ${chosen.length * 2} right, on Node ${process.version}`);
  return wrong === 0 ? 0 : 1;
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
