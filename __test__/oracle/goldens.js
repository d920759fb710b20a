'use strict';

// node __test__/oracle/goldens.js: makes __test__/fixtures anew: snapshots carved out of real ones, and DevTools'
// answers about them, so that __test__/oracle.spec.js can compare without DevTools. Review the result as code.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const zlib = require('node:zlib');
const { answers } = require('./answers.js');
const { carve } = require('./carve.js');
const { snapshots } = require('./snapshots.js');

const ROOT = path.join(__dirname, '..', '..');
const FIXTURES = path.join(__dirname, '..', 'fixtures');
const NODES = 1200;
const SOURCES = [
  'node18-closures', 'node20-jsdom', 'node20-weak', 'node22-server', 'node22-buffers', 'node24-shapes', 'node26-weak-exposed',
  'chromium-browser-default',
];

function gzip(text) {
  return zlib.gzipSync(text, { level: 9 });
}

/** Paths of this machine become /app and its parents. */
function anonymous(text) {
  let result = text.replaceAll(ROOT, '/app');
  for (let parent = path.dirname(ROOT); parent !== '/'; parent = path.dirname(parent)) {
    result = result.replaceAll(`${parent}/node_modules`, '/node_modules');
  }
  const left = [os.homedir(), os.tmpdir()].find((place) => result.includes(place));
  if (left) throw new Error(`the snapshot mentions ${left}`);
  return result;
}

/** Typed arrays become plain ones. */
function plain({ nodes, ...rest }) {
  const columns = Object.fromEntries(Object.entries(nodes.columns).map(([name, column]) => [name, Array.from(column)]));
  return { ...rest, nodes: { ...nodes, columns } };
}

async function golden({ name, base, head }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-carved-'));
  try {
    const carved = [base, head].map((file, n) => {
      const text = anonymous(JSON.stringify(carve(JSON.parse(fs.readFileSync(file, 'utf8')), NODES)));
      const out = path.join(folder, `${n}.heapsnapshot`);
      fs.writeFileSync(out, text);
      fs.writeFileSync(path.join(FIXTURES, `${name}-${'ab'[n]}.heapsnapshot.gz`), gzip(text));
      return out;
    });
    const result = plain(await answers(carved[1], carved[0]));
    fs.writeFileSync(path.join(FIXTURES, `${name}.golden.json.gz`), gzip(JSON.stringify(result)));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function main() {
  fs.mkdirSync(FIXTURES, { recursive: true });
  const majors = [...new Set(SOURCES.map((name) => /^node(\d+)/.exec(name)?.[1]).filter(Boolean))];
  const pairs = snapshots({ majors }).filter(({ name }) => SOURCES.includes(name));
  const missing = SOURCES.filter((source) => !pairs.some(({ name }) => name === source));
  if (missing.length) throw new Error(`cannot make ${missing}`);
  for (const pair of pairs) await golden(pair);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 2;
});
