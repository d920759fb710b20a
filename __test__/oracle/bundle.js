'use strict';

// Bundles DevTools' heap snapshot worker for Node, once per version, into `.cache/oracle/` of the repository.

const fs = require('node:fs');
const path = require('node:path');

const PACKAGE = 'chrome-devtools-frontend';
const CACHE = path.join(__dirname, '..', '..', '.cache', 'oracle');

/** The worker speaks to the user through i18n, whose locale table is generated at DevTools' own build. */
const localesStub = {
  name: 'locales-stub',
  setup(build) {
    build.onResolve({ filter: /\/locales\.js$/ }, () => ({ path: 'locales', namespace: 'stub' }));
    build.onLoad({ filter: /^locales$/, namespace: 'stub' }, () => ({
      contents: "export const LOCALES = ['en-US']; export const BUNDLED_LOCALES = ['en-US']; export const DEFAULT_LOCALE = 'en-US'; export const REMOTE_FETCH_PATTERN = ''; export const LOCAL_FETCH_PATTERN = '';",
    }));
  },
};

/** @returns {Promise<string>} the bundle's path */
async function bundle() {
  const root = path.dirname(require.resolve(`${PACKAGE}/package.json`));
  const { version } = require(`${PACKAGE}/package.json`);
  const out = path.join(CACHE, `heap_snapshot_worker-${version}.mjs`);
  if (fs.existsSync(out)) return out;
  fs.mkdirSync(CACHE, { recursive: true });
  const temporary = `${out}.${process.pid}`;
  await require('esbuild').build({
    entryPoints: [path.join(root, 'front_end/entrypoints/heap_snapshot_worker/heap_snapshot_worker.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outfile: temporary,
    plugins: [localesStub],
    logLevel: 'warning',
  });
  fs.renameSync(temporary, out);
  return out;
}

module.exports = { bundle, CACHE };
