'use strict';

// What leakguard does with snapshot files, over and over: for a hunt of leakguard itself (run.js).

const { readdirSync, rmSync, mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const { analyze, compare, scrub } = require('../..');

const FIXTURES = join(__dirname, '..', 'fixtures');
const [first, second] = readdirSync(FIXTURES).filter((name) => name.endsWith('.heapsnapshot.gz')).map((name) => join(FIXTURES, name));
let folder;

exports.setup = () => {
  folder = mkdtempSync(join(tmpdir(), 'leakguard-self-'));
};

exports.iterate = async () => {
  await analyze(first, { onProgress: () => {} });
  await compare([first, second]);
  await scrub(first, { output: join(folder, 'scrubbed.heapsnapshot.gz') });
  // Failures and cancelled work must leave no more behind than the rest.
  await analyze(join(folder, 'missing')).catch(() => {});
  await analyze(first, { signal: AbortSignal.timeout(1) }).catch(() => {});
};

exports.teardown = () => rmSync(folder, { recursive: true, force: true });
