'use strict';

// Servers on this machine, and requests to them.

const { once } = require('node:events');
const http = require('node:http');

/** @returns {Promise<{ url: string, port: number, close: () => void }>} */
async function listen(handler) {
  const server = http.createServer(handler);
  // Connections that are kept must not end by themselves during a hunt.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return { url: `http://127.0.0.1:${port}/`, port, close: () => server.close().closeAllConnections() };
}

/** A server that says ok. */
function serve() {
  return listen((request, response) => response.end('ok'));
}

/** The text at a URL; anything but 200 is an error. */
async function get(url) {
  const [response] = await once(http.get(url), 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode} ${text}`);
  return text;
}

module.exports = { get, listen, serve };
