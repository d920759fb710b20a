'use strict';

const dns = require('node:dns/promises');
const net = require('node:net');
const os = require('node:os');
const { setTimeout: sleep } = require('node:timers/promises');

const { HuntError } = require('./error.js');

// Where the load goes: the `--url`s of one server on this machine.
class Target {
  constructor(urls) {
    this.urls = urls;
    this.origin = urls[0].origin;
    this.host = urls[0].hostname.replace(/^\[|\]$/g, '');
    this.port = Number(urls[0].port) || (urls[0].protocol === 'https:' ? 443 : 80);
  }

  // Checks what the user wrote. The app is a child of ours, so its address is one of this machine's;
  // anything else is a typing error, and hammering a stranger's server is not what a hunt is for.
  static async from(values) {
    const urls = values.map(parse);
    for (const url of urls) {
      if (url.origin !== urls[0].origin) {
        throw new HuntError('LG_ARGUMENT', `every --url must be of the same server: ${urls[0].origin} and ${url.origin} are two`);
      }
    }
    const target = new Target(urls);
    if (!(await isLocal(target.host))) {
      throw new HuntError('LG_ARGUMENT', `--url must point to this machine, where the app is started; ${target.host} is elsewhere`);
    }
    return target;
  }

  // Takes a free port for an app that listens on process.env.PORT.
  static async onFreePort() {
    const server = net.createServer();
    await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    return new Target([new URL(`http://127.0.0.1:${port}/`)]);
  }

  // A bare connection, not a request: the app's handlers must see nothing but the load.
  isListening() {
    return new Promise((resolve) => {
      const socket = net.connect({ host: this.host, port: this.port });
      const done = (answer) => {
        socket.destroy();
        resolve(answer);
      };
      socket.setTimeout(1000, () => done(false));
      socket.once('connect', () => done(true));
      socket.once('error', () => done(false));
    });
  }

  async waitUntilListening({ timeoutMs, signal }) {
    const deadline = Date.now() + timeoutMs;
    while (!(await this.isListening())) {
      if (Date.now() > deadline) return false;
      await sleep(25, undefined, { signal });
    }
    return true;
  }
}

function parse(value) {
  let url;
  try {
    url = new URL(/^[a-z]+:\/\//i.test(value) ? value : `http://${value}`);
  } catch {
    throw new HuntError('LG_ARGUMENT', `--url ${value} is not a URL`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new HuntError('LG_ARGUMENT', `--url ${value}: only http and https can be driven`);
  }
  return url;
}

async function isLocal(host) {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  const addresses = net.isIP(host) ? [host] : (await dns.lookup(host, { all: true }).catch(() => [])).map((a) => a.address);
  const own = new Set(Object.values(os.networkInterfaces()).flat().map((a) => a.address));
  return addresses.length > 0 && addresses.every((a) => a.startsWith('127.') || a === '::1' || a === '0.0.0.0' || own.has(a));
}

module.exports = { Target };
