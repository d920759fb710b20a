'use strict';

// Runs a function in a process of its own, with everything a capture spec needs at hand, and brings back
// what it returns. For specs whose subject would be the test runner's own process otherwise.

const { spawn } = require('node:child_process');
const { readdirSync, readFileSync, rmSync } = require('node:fs');
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const LIB = join(__dirname, '..', '..', 'lib', 'capture');
// The longest any of these apps may run.
const TIMEOUT_MS = 120_000;

const PRELUDE = `
  const fork = require(${JSON.stringify(join(LIB, 'fork.js'))});
  // At the lowest priority a child hardly runs on a machine whose processors are all taken.
  const captureFork = (options) => fork.captureFork({ lowPriority: false, ...options });
  const fs = require('node:fs');
  const v8 = require('node:v8');
  const { setTimeout: sleep } = require('node:timers/promises');
  const directory = process.env.CAPTURE_DIRECTORY;
  const file = directory + '/a.heapsnapshot.gz';
  const say = (value) => fs.writeSync(1, JSON.stringify(value) + '\\n');
  const outcome = (promise) => promise.then(
    (captured) => ({ ...captured, ok: true }),
    (error) => ({ ok: false, code: error.code, message: error.message }),
  );
  // Fills the heap with something, so that a capture takes a while.
  const fill = (count) => Array.from({ length: count }, (_, i) => ({ i, text: 'text ' + i }));
  // Waits for the forked child of this process, and returns its id.
  const childOf = async () => {
    for (;;) {
      const [child] = fs.readdirSync('/proc/self/task').flatMap((id) => {
        try {
          return fs.readFileSync('/proc/self/task/' + id + '/children', 'utf8').split(' ').filter(Boolean);
        } catch {
          return [];
        }
      });
      if (child !== undefined) return Number(child);
      await sleep(1);
    }
  };
`;

/** A running app: its process, its directory, `lines` of JSON as they come, and `ended`. */
function startApp(main, { execArgv = [], prefix = [], env = {} } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'leakguard-app-'));
  const code = `${PRELUDE}\n(${main})();`;
  const [command, ...args] = [...prefix, process.execPath, ...execArgv, '-e', code];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: '', CAPTURE_DIRECTORY: directory, ...env },
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const lines = [];
  let out = '';
  let errors = '';
  const waiting = [];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
    const parts = out.split('\n');
    out = parts.pop();
    for (const part of parts) {
      const value = JSON.parse(part);
      lines.push(value);
      waiting.shift()?.(value);
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const ended = new Promise((resolve) => {
    child.on('close', (code, signal) => {
      for (const give of waiting) give(undefined);
      resolve({ code, signal, errors });
    });
  });
  const next = () => new Promise((resolve) => waiting.push(resolve));
  const clean = () => rmSync(directory, { recursive: true, force: true });
  return { child, directory, lines, next, ended, clean };
}

/** Runs an app to its end. Resolves to what it said last, how it ended, and the files it left. */
async function runApp(main, options) {
  const app = startApp(main, options);
  const end = await app.ended;
  const files = readdirSync(app.directory);
  app.clean();
  return { said: app.lines.at(-1), all: app.lines, files, ...end };
}

/**
 * Whether a process exists and is no zombie. The state is that of its main thread: while others are still
 * ending, they hold the process's files open.
 */
function isAlive(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return !/^State:\s+Z/m.test(status) || Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]) > 1;
  } catch {
    return false;
  }
}

module.exports = { isAlive, runApp, startApp };
