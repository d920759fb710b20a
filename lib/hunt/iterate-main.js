'use strict';

// The program of `hunt --iterate MODULE.js`: argv[2] is the module, its `iterate` is called when the
// controller says so. Started with leakguard/register preloaded, like any app under observation.
const { pathToFileURL } = require('node:url');
const { setImmediate: turn } = require('node:timers/promises');

const { current } = require('./agent.js');

// A synchronous iterate() must not starve the timers and sockets of what it tests.
const TURN_EVERY_MS = 20;

const agent = current();
agent.socket.ref();

let subject = null;
let next = 0;

async function load(file) {
  let module;
  try {
    module = await import(pathToFileURL(file));
  } catch (error) {
    throw coded('LG_HUNT_MODULE', `${file} does not load: ${trace(error)}`);
  }
  const found = [module, module.default].find((candidate) => typeof candidate?.iterate === 'function');
  if (found === undefined) {
    throw coded('LG_HUNT_MODULE', `${file} exports no function 'iterate'`);
  }
  return found;
}

async function hook(name) {
  try {
    await subject[name]?.();
  } catch (error) {
    throw coded('LG_HUNT_MODULE', `${name}() threw: ${trace(error)}`);
  }
}

async function iterate({ amount, maxMs }) {
  const started = performance.now();
  const end = next + amount;
  const first = next;
  let turned = started;
  while (next < end) {
    try {
      const result = subject.iterate(next);
      if (typeof result?.then === 'function') await result;
    } catch (error) {
      throw coded('LG_HUNT_ITERATE', `iterate(${next}) threw: ${trace(error)}`);
    }
    next++;
    const now = performance.now();
    if (now - turned > TURN_EVERY_MS) {
      agent.channel.tell('progress', { done: next - first, total: amount });
      await turn();
      turned = now;
      if (maxMs !== undefined && now - started > maxMs) break;
    }
  }
  await turn();
  return { iterations: next - first, seconds: (performance.now() - started) / 1000 };
}

// The stack down to the module; what called it is our own business.
function trace(error) {
  if (typeof error?.stack !== 'string') return String(error);
  const lines = error.stack.split('\n');
  const ours = lines.findIndex((line) => line.includes(__filename));
  return (ours === -1 ? lines : lines.slice(0, ours)).join('\n');
}

function coded(code, message) {
  return Object.assign(new Error(message), { code });
}

agent.serve({
  setup: async ({ file }) => {
    subject = await load(file);
    await hook('setup');
  },
  iterate,
  teardown: async () => {
    await hook('teardown');
  },
});
agent.channel.tell('ready');
