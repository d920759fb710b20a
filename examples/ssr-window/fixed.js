'use strict';
// The same page; the window is closed when it has been rendered, which clears its timers.
const http = require('node:http');
const { JSDOM } = require('jsdom');

function render(url) {
  const dom = new JSDOM('<!doctype html><div id="app"></div>', { url: `http://localhost${url}` });
  const { window } = dom;
  const clock = window.document.createElement('time');
  window.document.getElementById('app').append(clock);
  window.setInterval(() => {
    clock.textContent = new Date().toISOString();
  }, 60_000);
  const html = dom.serialize();
  window.close();
  return html;
}

http
  .createServer((req, res) => res.end(render(req.url)))
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
