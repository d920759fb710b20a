'use strict';

// A page in Chromium: attached and detached DOM trees, listeners, custom elements, shadow roots, an iframe, canvas,
// observers. `node browser.js PREFIX [exposed]`: `exposed` captures as DevTools does today, with internals and numbers
// (such snapshots have no user roots), otherwise as it did before and as Node does.

const fs = require('node:fs');
const http = require('node:http');
const { chromium } = require('playwright-core');

const EXECUTABLE = process.env.CHROMIUM || '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const PAGE = '<!doctype html><title>heap</title><main id="main"></main><iframe srcdoc="<p>inner</p>"></iframe>';

/** Runs in the page. */
function work(rounds) {
  const kept = (window.kept ??= []);
  const main = document.getElementById('main');
  if (!customElements.get('x-card')) {
    customElements.define('x-card', class Card extends HTMLElement {
      connectedCallback() {
        this.attachShadow({ mode: 'open' }).innerHTML = '<style>p{color:red}</style><p><slot></slot></p>';
        this.state = { opened: performance.now(), list: [1, 2, 3] };
      }
    });
  }
  for (let n = 0; n < rounds; n++) {
    const row = document.createElement('div');
    row.className = `row row-${n}`;
    row.innerHTML = `<x-card data-n="${n}"><b>${n}</b></x-card><button id="b${n}">x</button><canvas width=8 height=8></canvas>`;
    main.append(row);
    const data = { n, row, label: `row ${n}` };
    row.querySelector('button').addEventListener('click', () => { data.clicked = true; });
    row.querySelector('canvas').getContext('2d').fillRect(0, 0, 4, 4);
    const observer = new MutationObserver(() => data.n++);
    observer.observe(row, { childList: true });
    if (n % 3 === 0) { row.remove(); kept.push(row); }
    if (n % 3 === 1) { const card = row.querySelector('x-card'); row.remove(); kept.push(card); }
    kept.push(observer, document.createRange(), document.createTextNode(`text ${n}`), new Map([[row, data]]));
    kept.push(new Blob([`blob ${n}`]), new Uint8Array(2000), new AbortController(), new WeakMap([[row, data]]));
  }
}

async function takeSnapshot(client, file, options) {
  const fd = fs.openSync(file, 'w');
  const chunk = (params) => fs.writeSync(fd, params.chunk);
  client.on('HeapProfiler.addHeapSnapshotChunk', chunk);
  await client.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false, ...options });
  client.off('HeapProfiler.addHeapSnapshotChunk', chunk);
  fs.closeSync(fd);
}

async function main(prefix, mode) {
  const options = mode === 'exposed' ? { exposeInternals: true, captureNumericValue: true } : {};
  const server = http.createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(PAGE);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const client = await page.context().newCDPSession(page);
    await client.send('HeapProfiler.enable');
    await page.evaluate(work, 60);
    await takeSnapshot(client, `${prefix}-a.heapsnapshot`, options);
    await page.evaluate(work, 90);
    await takeSnapshot(client, `${prefix}-b.heapsnapshot`, options);
  } finally {
    await browser.close();
    server.close();
  }
}

main(process.argv[2], process.argv[3]);
