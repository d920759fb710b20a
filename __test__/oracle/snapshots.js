'use strict';

// Makes the snapshots of the differential test, cached under `.cache/oracle/snapshots` by program and Node version.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { CACHE } = require('./bundle.js');
const { VERSIONS, nodeBinary } = require('../../scripts/node-versions.js');

const HEAPS = path.join(__dirname, 'heaps');
const FOLDER = path.join(CACHE, 'snapshots');
const TIMEOUT_MS = 120_000;
/** A snapshot contains the environment: the programs get none of the caller's. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin', HOME: '/nonexistent' };

const PROGRAMS = ['server', 'jsdom', 'closures', 'weak', 'buffers', 'workers', 'shapes', 'realms', 'tracked', 'growth'];
/** Captured a second time as DevTools itself captures; a mode with other roots and other numbers. */
const EXPOSED = ['server', 'weak', 'shapes'];
const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';

/** Programs that write more than one pair of snapshots. */
const PAIRS = { workers: ['', '-worker'] };

function sourceHash(program) {
  const hash = crypto.createHash('sha256');
  for (const file of [`${program}.js`, 'capture.js']) hash.update(fs.readFileSync(path.join(HEAPS, file)));
  return hash.digest('hex').slice(0, 8);
}

/** Runs one program, unless its snapshots are there. */
function make(binary, label, program, mode) {
  const name = [label, program, mode].filter(Boolean).join('-');
  const folder = path.join(FOLDER, `${name}-${sourceHash(program)}`);
  const prefix = path.join(folder, name);
  if (!fs.existsSync(path.join(folder, 'complete'))) {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    const run = spawnSync(binary, [path.join(HEAPS, `${program}.js`), prefix, ...(mode ? [mode] : [])], {
      timeout: TIMEOUT_MS, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: ENVIRONMENT,
    });
    if (run.status !== 0) throw new Error(`${name} failed (${run.error ?? run.signal ?? run.status}): ${run.stderr}`);
    fs.writeFileSync(path.join(folder, 'complete'), '');
  }
  return (PAIRS[program] ?? ['']).map((suffix) => ({
    name: name + suffix,
    base: `${prefix}${suffix}-a.heapsnapshot`,
    head: `${prefix}${suffix}-b.heapsnapshot`,
  }));
}

/**
 * @param {{ majors?: string[], programs?: string[] }} [choice] all by default
 * @returns {{ name: string, base: string, head: string }[]} pairs of snapshots of one process
 */
function snapshots({ majors = Object.keys(VERSIONS), programs } = {}) {
  const wanted = (program) => !programs || programs.includes(program);
  const pairs = [];
  for (const major of majors) {
    const binary = nodeBinary(major);
    for (const program of PROGRAMS.filter(wanted)) pairs.push(...make(binary, `node${major}`, program));
    for (const program of EXPOSED.filter(wanted)) pairs.push(...make(binary, `node${major}`, program, 'exposed'));
  }
  if (wanted('browser') && !fs.existsSync(CHROMIUM)) {
    console.warn(`no Chromium at ${CHROMIUM} (set CHROMIUM to its path): its snapshots are left out`);
  } else if (wanted('browser')) {
    for (const mode of ['default', 'exposed']) pairs.push(...make(process.execPath, 'chromium', 'browser', mode));
  }
  return pairs;
}

module.exports = { snapshots };
