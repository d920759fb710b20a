'use strict';
// leaking.js as one starts a server by hand: it needs no step before, and says where it listens.
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const path = require('node:path');

if (!existsSync(path.join(__dirname, 'node_modules', 'jsdom'))) {
  console.log('installing jsdom, once …');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: __dirname,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(1);
}
require('./leaking.js');
console.log(`a page is rendered for each request to http://127.0.0.1:${Number(process.env.PORT) || 3000}/`);
