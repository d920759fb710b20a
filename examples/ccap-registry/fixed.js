'use strict';
// The same service with the generator hoisted out of the handler: one instance for the process.
const http = require('node:http');
const ccap = require('ccap');

const captcha = ccap();

http
  .createServer((req, res) => {
    const [text, image] = captcha.get();
    res.setHeader('x-captcha-length', text.length);
    res.end(image);
  })
  .listen(Number(process.env.PORT) || 8124, '127.0.0.1');
