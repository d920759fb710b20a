'use strict';
// An audit trail that is only ever appended to.
const http = require('node:http');

global.auditTrail = [];

http
  .createServer((req, res) => {
    global.auditTrail.push({ at: new Date(), url: req.url, agent: req.headers['user-agent'] });
    res.end('logged');
  })
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
