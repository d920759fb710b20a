'use strict';

const net = require('node:net');

const { settle } = require('../gc.js');
const { Channel } = require('./channel.js');
const { Recorder } = require('./recorder.js');

// The controller's hand inside the app: answers its requests for memory figures, captures and the
// diagnosis. It holds nothing on the V8 heap that grows with the rounds, and keeps no app alive.
class Agent {
  #recorder = null;
  #handlers = {
    begin: (options) => {
      this.#recorder = new Recorder(options);
    },
    memory: (options) => settle(options),
    capture: (round) => this.#capture(round),
    diagnosis: () => this.#recorder.diagnosis,
    finish: () => this.#recorder.finish(),
  };

  constructor(socket) {
    this.channel = new Channel(socket, this.#handlers);
    this.channel.once('close', leave);
    this.channel.tell('attached', { pid: process.pid, node: process.version });
  }

  // Adds methods that the controller may ask for.
  serve(handlers) {
    Object.assign(this.#handlers, handlers);
  }

  async #capture({ quietMs, file, iterations, coolDown }) {
    const memory = await settle({ quietMs });
    const onForked = () => this.channel.tell('forked', memory);
    const capture = await this.#recorder.record({ iterations, coolDown, ...memory }, { file, onForked });
    return { memory, capture };
  }
}

// The controller is gone: nobody wants this process any more, nor what it started.
function leave() {
  process.once('exit', () => {
    // It leads a process group, see app.js.
    if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  });
  process.exit(1);
}

let agent = null;

function attach(fd) {
  // The app's own children are none of the controller's business: without these they start as if the
  // app had been started by hand. (Node makes inherited descriptors close-on-exec by itself.)
  delete process.env.LEAKGUARD_HUNT_FD;
  const preload = process.execArgv.findIndex((value, i, all) => value === '--require' && all[i + 1] === require.resolve('../register.js'));
  if (preload !== -1) process.execArgv.splice(preload, 2);
  const socket = new net.Socket({ fd, readable: true, writable: true });
  socket.unref();
  agent = new Agent(socket);
  agent.socket = socket;
}

function current() {
  return agent;
}

module.exports = { attach, current };
