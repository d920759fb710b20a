'use strict';

const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const { LeakguardError, fromNative } = require('../errors.js');
const { App } = require('./app.js');
const { HuntError } = require('./error.js');
const { HttpLoad } = require('./http-load.js');
const { IdleLoad } = require('./idle-load.js');
const { IterateLoad } = require('./iterate-load.js');
const { Observation } = require('./observation.js');
const { normalise } = require('./options.js');
const { Plan } = require('./plan.js');
const { Target } = require('./target.js');

const ITERATE_MAIN = path.join(__dirname, 'iterate-main.js');
// Errors that an app's death causes, and how long until that is known for sure.
const DEATH_NOTES = new Set(['LG_HUNT_CLOSED', 'LG_HUNT_REQUESTS_FAILED']);
const DEATH_NOTICE_MS = 500;

// Starts an app (or a module with iterate()), drives rounds of the same load (or lets it work by itself), captures the heap after each,
// lets it cool down, and says what grew, who keeps it and where.
//
// Options: HuntOptions in index.d.ts. Resolves to the object that `leakguard hunt --json` prints. Rejects
// with LG_HUNT_* or LG_ARGUMENT when the hunt could not be carried out, with LG_CANCELLED when `signal` was
// raised; either way the child and all it started are gone by then.
async function hunt(options) {
  const config = normalise(options);
  if (config.signal?.aborted) throw interrupted();
  const started = Date.now();
  const target = config.unit === 'request' ? await findTarget(config) : null;
  const app = start(config, target);

  // Aborted, with the reason, by the caller's signal and by the app's death: both end whatever goes on.
  const life = new AbortController();
  const cancel = () => life.abort(interrupted());
  config.signal?.addEventListener('abort', cancel, { once: true });
  const ended = new Promise((_, reject) => {
    life.signal.addEventListener('abort', () => reject(life.signal.reason), { once: true });
  });
  let load;
  let observation;
  const died = app.exited.then(async () => {
    life.abort(await app.exitError(observation?.stage ?? 'while it started'));
  });

  const work = async () => {
    config.onProgress({ phase: 'start' });
    load = await prepare({ config, target, app, signal: life.signal });
    config.onProgress({ phase: 'start', step: 'done' });
    observation = new Observation({ config, plan: new Plan(config, started), load, channel: app.channel });
    const result = await observation.run();
    if (config.iterate !== undefined) await app.channel.request('teardown');
    return { ...result, seconds: (Date.now() - started) / 1000 };
  };
  try {
    return await Promise.race([work(), ended]);
  } catch (error) {
    // A channel that closed or a load that was cut off is how a death is often first noticed. Say the death.
    if (DEATH_NOTES.has(error.code)) await Promise.race([died, sleep(DEATH_NOTICE_MS)]);
    throw life.signal.aborted ? life.signal.reason : withStderr(error, app);
  } finally {
    config.signal?.removeEventListener('abort', cancel);
    load?.close?.();
    await app.stop();
  }
}

async function findTarget({ urls }) {
  const target = urls.length === 0 ? await Target.onFreePort() : await Target.from(urls);
  if (await target.isListening()) {
    throw new HuntError('LG_HUNT_PORT_IN_USE', `something else already listens on ${target.origin}`);
  }
  return target;
}

function start(config, target) {
  const { cwd, nodeArgs, env, args } = config;
  if (config.iterate !== undefined) return new App(ITERATE_MAIN, { nodeArgs, env, cwd });
  if (target === null) return new App(config.app, { args, nodeArgs, env, cwd });
  // An app that listens on process.env.PORT needs no more than the URL.
  return new App(config.app, { args, nodeArgs, env: { PORT: String(target.port), ...env }, cwd });
}

// Resolves to the load once the child can take it.
async function prepare({ config, target, app, signal }) {
  if (config.idle) {
    await app.attached;
    return new IdleLoad({ signal });
  }
  if (target === null) {
    await app.attached;
    await app.channel.request('setup', { file: config.iterate });
    return new IterateLoad(app.channel);
  }
  if (!(await target.waitUntilListening({ timeoutMs: config.startTimeout * 1000, signal }))) {
    throw new HuntError(
      'LG_HUNT_NOT_LISTENING',
      `the app runs, but nothing listens on ${target.origin} after ${config.startTimeout} s`,
    );
  }
  await app.attached;
  const { concurrency, method, headers, body } = config;
  return new HttpLoad(target, { concurrency, method, headers, body, signal });
}

function interrupted() {
  return new HuntError('LG_CANCELLED', 'the hunt was interrupted');
}

function withStderr(cause, app) {
  const error = fromNative(cause);
  if (error instanceof LeakguardError && !error.stderr) error.stderr = app.stderrTail().trimEnd();
  return error;
}

module.exports = { hunt };
