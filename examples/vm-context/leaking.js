'use strict';
// A mock middleware whose rules live in a file that is run anew, in a context of its own, on every request.
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const vm = require('node:vm');

const rulesFile = path.join(__dirname, 'mock-rules.js');
const loaded = [];

function loadRules() {
  const sandbox = vm.createContext({ module: { exports: {} } });
  vm.runInContext(fs.readFileSync(rulesFile, 'utf8'), sandbox, { filename: rulesFile });
  loaded.push(sandbox); // kept "for hot reloading", never let go
  return sandbox.module.exports;
}

http
  .createServer((req, res) => {
    const rule = loadRules()[req.url] || { status: 404, body: 'no mock' };
    res.writeHead(rule.status, { 'content-type': 'application/json' });
    res.end(JSON.stringify(rule.body));
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
