'use strict';
// The same audit trail, keeping the last hundred entries.
const http = require('node:http');

global.auditTrail = [];

http
  .createServer((req, res) => {
    global.auditTrail.push({ at: new Date(), url: req.url, agent: req.headers['user-agent'] });
    if (global.auditTrail.length > 100) global.auditTrail.shift();
    res.end('logged');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
