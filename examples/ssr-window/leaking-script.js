'use strict';
// The other way to keep a window: the page runs a script element, and what that defines is remembered.
const http = require('node:http');
const { JSDOM } = require('jsdom');

const pages = new Map();
let served = 0;

function render(url) {
  const dom = new JSDOM('<!doctype html><div id="app"></div>', {
    url: `http://localhost${url}`,
    runScripts: 'dangerously',
  });
  const { document } = dom.window;
  const script = document.createElement('script');
  script.textContent = 'function render() { document.getElementById("app").textContent = "hello"; }';
  document.head.append(script);
  dom.window.render();
  served += 1;
  pages.set(`${url}#${served}`, script);
  return dom.serialize();
}

http
  .createServer((req, res) => res.end(render(req.url)))
  .listen(Number(process.env.PORT) || 3000, '127.0.0.1');
