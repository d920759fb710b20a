'use strict';

// Checks what a fresh clone needs and cannot install by itself: Node and Rust, recent enough. Runs before
// anything is installed, so it uses nothing but Node's own modules.

const { readFileSync } = require('node:fs');
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
/** What `napi build` (the @napi-rs/cli package) needs; the published package itself runs on any Node 20. */
const NODE = '20.17.0';

const older = (found, wanted) => {
  const [a, b] = [found, wanted].map((version) => version.split('.').map(Number));
  for (const i of [0, 1, 2]) {
    if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) < (b[i] ?? 0);
  }
  return false;
};

/** The problems found, each a sentence with its remedy; empty when all is well. */
function problems({ node = process.versions.node, rustc = rustcVersion() } = {}) {
  const wanted = /^rust-version = "(.+)"/m.exec(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'))[1];
  const found = [];
  if (older(node, NODE)) {
    found.push(`This is Node ${node}; building leakguard needs Node ${NODE} or later. Install one from https://nodejs.org and try again.`);
  }
  if (rustc === null) {
    found.push(`Rust was not found (no \`rustc\` and \`cargo\` on PATH); leakguard's engine is built with it. Install Rust ${wanted} or later as https://rustup.rs shows, open a new terminal and try again.`);
  } else if (older(rustc, wanted)) {
    found.push(`This is Rust ${rustc}; leakguard needs ${wanted} or later. Run \`rustup update\` and try again.`);
  }
  return found;
}

/** The installed compiler's version, or null when `rustc` or `cargo` is missing. */
function rustcVersion() {
  const [rustc, cargo] = ['rustc', 'cargo'].map((tool) => spawnSync(tool, ['--version'], { encoding: 'utf8' }));
  if (cargo.status !== 0) return null;
  return /^rustc (\d+\.\d+\.\d+)/.exec(rustc.stdout ?? '')?.[1] ?? null;
}

module.exports = { problems };
