'use strict';

const { spawn } = require('node:child_process');

const { LeakguardError } = require('../errors.js');
const { THREADS, wholeNumber } = require('./work.js');

module.exports = {
  name: 'view',
  arguments: '[files...]',
  description: 'Look around in heap snapshots, in a browser.',
  options: [
    { flags: '--port <n>', description: 'port on 127.0.0.1 (default: any that is free)', parse: wholeNumber },
    { flags: '--open', description: 'open the page in the browser' },
    { flags: '--report <file>', description: 'the output of leakguard hunt --json, to show with its snapshots' },
    { flags: '--dir <dir>', description: 'serve all snapshots of this directory, as they come and go' },
    { flags: '--max-upload <bytes>', description: 'the largest file to take that is dropped on the page (default: 8 GiB)', parse: wholeNumber },
    { flags: '--socket <path>', description: 'listen on this socket instead of a port' },
    { flags: '--idle <seconds>', description: 'end when nobody has asked anything for so long', parse: wholeNumber },
    THREADS,
  ],
  help: `
Give the snapshots oldest first. The page compares them, diagnoses them, and shows classes, objects, retainers and
the dominator tree. It is served to this machine alone, and to who has the address it prints: heaps hold secrets.
Ctrl-C ends it.`,
  run,
};

/** How often to look whether anybody asks. */
const IDLE_STEPS = 4;

async function run({ args: [files = []], options, stdout, signal }) {
  // Loaded here, so that no other verb waits for the addon.
  const { view } = require('../view.js');
  if (options.port > 65_535) throw new LeakguardError('LG_USAGE', `--port ${options.port} is no port`);
  const { dir, idle, maxUpload, port, report, socket, threads } = options;
  const server = view(files, { directory: dir, port, report, socket, threads, uploadLimit: maxUpload });
  let timer;
  const ended = new Promise((resolve) => {
    signal?.addEventListener('abort', resolve, { once: true });
    process.once('SIGTERM', resolve);
    const look = () => idle !== undefined && server.idle() >= idle * 1000 && resolve();
    // It also keeps the process alive, which the server's thread does not.
    timer = setInterval(look, ((idle ?? 3600) * 1000) / IDLE_STEPS);
  });
  try {
    const { address, url } = server;
    stdout.write(options.json ? `${JSON.stringify({ address, url })}\n` : `${url}\nCtrl-C ends it.\n`);
    if (options.open) browse(url);
    if (!signal?.aborted) await ended;
  } finally {
    clearInterval(timer);
    await server.close();
  }
  return 0;
}

/** Asks the desktop to show the page. Where there is none, the address on the terminal has to do. */
function browse(url) {
  const [program, ...args] = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] }[process.platform] ?? ['xdg-open'];
  spawn(program, [...args, url], { stdio: 'ignore', detached: true }).once('error', () => {}).unref();
}
