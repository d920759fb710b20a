'use strict';

// Makes a clone ready to run: prerequisites, npm packages, compiled addon, the dashboard's page; each only when
// missing or out of date. Safe to run any number of times.

const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { problems } = require('./prerequisites.js');
const { ROOT, step } = require('./step.js');

const STAMP = join(ROOT, '.cache', 'native.sha256');
const PAGE_STAMP = join(ROOT, '.cache', 'dashboard.sha256');
const ADDON_SOURCES = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src'];
const PAGE_SOURCES = ['package.json', 'package-lock.json', 'vite.config.ts', 'tsconfig.json', 'index.html', 'src'].map((name) =>
  join('dashboard', name),
);

function ensureBuilt() {
  const found = problems();
  if (found.length > 0) {
    process.stderr.write(`${found.join('\n')}\n`);
    process.exit(1);
  }
  if (!packagesCurrent()) step('install npm packages', 'npm', ['ci', '--no-audit', '--no-fund']);
  if (!addonCurrent()) {
    step('build the addon (a few minutes the first time)', 'npm', ['run', '--silent', 'build']);
    stampAddon();
  }
  if (!pageCurrent()) {
    step('build the dashboard', 'npm', ['run', '--silent', 'build:dashboard']);
    stamp(PAGE_STAMP, PAGE_SOURCES);
  }
}

/** Whether a directory's node_modules holds what its lockfile names. Packages for other platforms may be absent. */
function packagesCurrent(directory = ROOT) {
  const { packages } = JSON.parse(readFileSync(join(directory, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const manifest = join(directory, path, 'package.json');
    if (!existsSync(manifest)) return optional === true;
    return JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
}

/** Whether lib/ holds a binary that was built from the sources as they are now. */
function addonCurrent() {
  const built = readdirSync(join(ROOT, 'lib')).some((file) => file.endsWith('.node'));
  return built && stamped(STAMP, ADDON_SOURCES);
}

/** Whether dashboard/dist was built from the page's sources as they are now. */
function pageCurrent() {
  return existsSync(join(ROOT, 'dashboard', 'dist', 'index.html')) && stamped(PAGE_STAMP, PAGE_SOURCES);
}

function stampAddon() {
  stamp(STAMP, ADDON_SOURCES);
}

function stamp(file, sources) {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  writeFileSync(file, sourceHash(sources));
}

function stamped(file, sources) {
  return existsSync(file) && readFileSync(file, 'utf8') === sourceHash(sources);
}

/** A hash over everything that something is built from. */
function sourceHash(sources) {
  const hash = createHash('sha256');
  const add = (path) => {
    const full = join(ROOT, path);
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) add(join(path, name));
    } else {
      hash.update(`${path}\0`).update(readFileSync(full));
    }
  };
  for (const path of sources) add(path);
  return hash.digest('hex');
}

module.exports = { ensureBuilt, packagesCurrent, stampAddon };

if (require.main === module) ensureBuilt();
