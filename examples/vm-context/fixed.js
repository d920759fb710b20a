'use strict';
// The same middleware; the rules are run again only when their file has changed.
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const vm = require('node:vm');

const rulesFile = path.join(__dirname, 'mock-rules.js');
let cached = { mtimeMs: -1, rules: null };

function loadRules() {
  const { mtimeMs } = fs.statSync(rulesFile);
  if (mtimeMs !== cached.mtimeMs) {
    const sandbox = vm.createContext({ module: { exports: {} } });
    vm.runInContext(fs.readFileSync(rulesFile, 'utf8'), sandbox, { filename: rulesFile });
    cached = { mtimeMs, rules: sandbox.module.exports };
  }
  return cached.rules;
}

http
  .createServer((req, res) => {
    const rule = loadRules()[req.url] || { status: 404, body: 'no mock' };
    res.writeHead(rule.status, { 'content-type': 'application/json' });
    res.end(JSON.stringify(rule.body));
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
