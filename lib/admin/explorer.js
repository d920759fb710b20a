'use strict';

const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const CLI = path.join(__dirname, '..', '..', 'bin', 'leakguard.js');
const IDLE_SECONDS = 60;
// Of what it says when it fails.
const MOST_WORDS = 500;

// The process in which snapshots are opened: what that takes of memory and time is not the app's. It gets the processor
// when nobody else wants it, is the first to go when memory runs out, and ends when nobody asks.
class Explorer {
  #directory;
  #failed;
  #child = null;

  /** @param {{ socket: string, directory: string, failed: (why: string) => void }} options */
  constructor({ socket, directory, failed }) {
    this.socket = socket;
    this.#directory = directory;
    this.#failed = failed;
  }

  /** Starts it, unless it runs. */
  start() {
    if (this.#child !== null) return;
    const args = [CLI, 'view', '--socket', this.socket, '--dir', this.#directory, '--idle', String(IDLE_SECONDS)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], env: environment() });
    this.#child = child;
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (words = `${words}${text}`.slice(0, MOST_WORDS)));
    child.stderr.unref();
    child.unref();
    child.once('error', (error) => this.#ended(error.message));
    child.once('exit', (code, signal) => this.#ended(code === 0 || signal === 'SIGTERM' ? null : words.trim() || `it ended with ${signal ?? code}`));
    if (child.pid !== undefined) humble(child.pid);
  }

  stop() {
    this.#child?.kill();
  }

  #ended(why) {
    this.#child = null;
    if (why !== null) this.#failed(why);
  }
}

// What makes this process a guarded one must not make that one.
function environment() {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (name === 'NODE_OPTIONS' || name.startsWith('LEAKGUARD_')) delete env[name];
  }
  return env;
}

// It may be gone already, and then there is nobody to tell.
function humble(pid) {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_LOW);
    if (process.platform === 'linux') writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // Its place in the queue is a courtesy.
  }
}

module.exports = { Explorer };
