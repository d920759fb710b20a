'use strict';
// A captcha service that makes one captcha generator per request. ccap() pushes every instance
// into a module-level array, and nothing ever takes it out again.
const http = require('node:http');
const ccap = require('ccap');

http
  .createServer((req, res) => {
    const captcha = ccap();
    const [text, image] = captcha.get();
    res.setHeader('x-captcha-length', text.length);
    res.end(image);
  })
  .listen(Number(process.env.PORT) || 8124, '127.0.0.1');
