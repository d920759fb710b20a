'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const { Channel } = require('./channel.js');
const { HuntError } = require('./error.js');

const REGISTER = path.join(__dirname, '..', 'register.js');
const CONTROL_FD = 3;
const STDERR_TAIL = 8 * 1024;
const TERM_GRACE_MS = 1500;

// The process under observation: a Node.js child with `leakguard/register` preloaded and a private
// socket, descriptor 3, over which the controller asks for captures. It is not an IPC channel: the app
// sees no process.send, and its own children inherit nothing of it.
//
// It leads a process group of its own, so that stop() also ends what it started; and when this process
// dies without a word, the child sees the socket close and leaves.
class App {
  #child;
  #stderr = '';
  #killAtExit = () => this.#signalGroup('SIGKILL');

  constructor(file, { args = [], nodeArgs = [], env = {}, cwd } = {}) {
    this.file = file;
    this.#child = spawn(process.execPath, [...nodeArgs, '--require', REGISTER, file, ...args], {
      cwd,
      env: { ...process.env, ...env, LEAKGUARD_HUNT_FD: String(CONTROL_FD) },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    this.#child.stderr.setEncoding('utf8');
    this.#child.stderr.on('data', (text) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    // Resolves, never rejects: { code, signal } or { error } where it could not even be started.
    // 'close' follows 'exit' once stderr is drained, unless a grandchild holds it open.
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve({ error }));
      this.#child.once('exit', (code, signal) => {
        const done = () => resolve({ code, signal });
        this.#child.once('close', done);
        setTimeout(done, 200).unref();
      });
    });
    this.exited.then(() => {
      this.hasExited = true;
    });
    this.hasExited = false;
    const control = this.#child.stdio[CONTROL_FD];
    this.channel = new Channel(control);
    this.attached = new Promise((resolve) => {
      this.channel.on('event', (name) => name === 'attached' && resolve());
    });
    process.once('exit', this.#killAtExit);
  }

  get pid() {
    return this.#child.pid;
  }

  // The last lines that the app wrote to stderr.
  stderrTail() {
    return this.#stderr.split('\n').slice(-20).join('\n');
  }

  // The error for an app that ended when it should have gone on.
  async exitError(when) {
    const { code, signal, error } = await this.exited;
    const stderr = this.stderrTail();
    if (error !== undefined) {
      return new HuntError('LG_HUNT_APP_EXITED', `cannot start ${this.file}: ${error.message}`, { stderr, cause: error });
    }
    if (/EADDRINUSE/.test(stderr)) {
      return new HuntError('LG_HUNT_PORT_IN_USE', 'the app could not listen: its port is already in use', { stderr });
    }
    const how = signal === null ? `with code ${code}` : `on ${signal}`;
    return new HuntError('LG_HUNT_APP_EXITED', `the app exited ${how} ${when}`, { stderr });
  }

  async stop() {
    if (!this.hasExited) {
      this.#signalGroup('SIGTERM');
      const timer = setTimeout(() => this.#signalGroup('SIGKILL'), TERM_GRACE_MS);
      await this.exited;
      clearTimeout(timer);
    }
    // What the app itself had started and left behind.
    this.#signalGroup('SIGKILL');
    this.channel.destroy();
    this.#child.stderr.destroy();
    process.removeListener('exit', this.#killAtExit);
  }

  #signalGroup(signal) {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (process.platform === 'win32') this.#child.kill(signal);
      else process.kill(-pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

module.exports = { App };
