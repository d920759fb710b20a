'use strict';

const fs = require('node:fs');

const { LeakguardError } = require('../errors.js');
const { HuntProgress } = require('../hunt/progress.js');

module.exports = {
  name: 'hunt',
  arguments: '[app] [args...]',
  description: 'Start an app or a module, load it in rounds, and name what leaks.',
  options: [
    { flags: '--url <url>', description: 'where to send requests; may be given more than once', parse: collect },
    { flags: '--iterate <module>', description: 'call iterate(i) of this module instead of sending requests' },
    { flags: '--idle', description: 'send nothing: the app works by itself, and rounds are measured in seconds' },
    { flags: '--rounds <n>', description: 'rounds of load, at least 3', parse: number },
    { flags: '--iterations <n>', description: 'requests or calls per round', parse: number },
    { flags: '--warmup <n>', description: 'requests or calls before the first round', parse: number },
    { flags: '--duration <seconds>', description: 'how long a round should take, instead of --iterations', parse: number },
    { flags: '--concurrency <n>', description: 'connections', parse: number },
    { flags: '--time-budget <seconds>', description: 'when to stop adding rounds while the evidence is weak', parse: number },
    { flags: '--cool-down <seconds>', description: 'how long what piled up may take to drain', parse: number },
    { flags: '--start-timeout <seconds>', description: 'how long the app may take until it listens', parse: number },
    { flags: '--method <method>', description: 'HTTP method' },
    { flags: '--header <header>', description: "'Name: value'; may be given more than once", parse: collect },
    { flags: '--body <body>', description: "request body; '@file' reads it from a file" },
    { flags: '--mode <mode>', description: 'how to capture: auto (default), fork, or inline, which stops the app' },
    { flags: '--exact', description: 'keep object ids from capture to capture; captures inline' },
    { flags: '--no-allocation-sites', description: 'do not sample who allocates' },
    { flags: '--keep <dir>', description: 'keep the snapshots, gzipped, in this directory' },
    { flags: '--report <file>', description: 'write the whole result there as JSON, for leakguard view' },
    { flags: '--node-arg <arg>', description: 'argument for node itself; may be given more than once', parse: collect },
  ],
  help: `
Examples:
  leakguard hunt server.js --url http://127.0.0.1:3000/
  leakguard hunt server.js --url http://127.0.0.1:3000/api --method POST --header 'content-type: application/json' --body '{}'
  leakguard hunt --iterate render.js
  leakguard hunt worker.js --idle --duration 5

The app finds the URL's port in process.env.PORT. Without --url a free port is chosen for an app that listens
on process.env.PORT. MODULE exports { setup?, iterate(i), teardown? }; each may be async.`,
  run,
};

// Exit code 0: healthy, or a backlog that drained. 1: leak. 2: no answer, because the hunt could not be
// carried out or because the evidence does not allow one (inconclusive).
const EXIT = { healthy: 0, backlog: 0, leak: 1, inconclusive: 2 };

async function run({ args, options, stdout, stderr, signal }) {
  // Loaded here, so that no other verb waits for the addon and the load generator.
  const { hunt } = require('../hunt/hunt.js');
  const { renderDiagnosis } = require('../render.js');
  const [app, appArgs = []] = args;
  const progress = new HuntProgress(stderr);
  let result;
  try {
    result = await hunt({
      app,
      args: appArgs,
      iterate: options.iterate,
      idle: options.idle,
      url: options.url,
      rounds: options.rounds,
      iterations: options.iterations,
      warmup: options.warmup,
      duration: options.duration,
      concurrency: options.concurrency,
      timeBudget: options.timeBudget,
      coolDown: options.coolDown,
      startTimeout: options.startTimeout,
      method: options.method,
      headers: headers(options.header ?? []),
      body: body(options.body),
      mode: options.mode,
      exact: options.exact,
      allocationSites: options.allocationSites,
      keep: options.keep,
      nodeArgs: options.nodeArg,
      signal,
      onProgress: (event) => progress.update(event),
    });
  } finally {
    progress.stop();
  }
  if (options.report !== undefined) write(options.report, `${JSON.stringify(result)}\n`);
  if (result.failures > 0) {
    const answers = result.rounds.reduce((sum, round) => sum + round.iterations, 0);
    stderr.write(`${result.failures} of ${answers} requests were answered with a status of 400 or more.\n`);
  }
  stdout.write(options.json ? `${JSON.stringify(result)}\n` : renderDiagnosis(result, stdout));
  return EXIT[result.verdict];
}

function number(text) {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new Error(`'${text}' is not a number`);
  return value;
}

function collect(value, previous = []) {
  return [...previous, value];
}

function headers(lines) {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new LeakguardError('LG_USAGE', `--header '${line}' is not of the form 'Name: value'`);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}

function write(file, text) {
  try {
    fs.writeFileSync(file, text);
  } catch (cause) {
    throw new LeakguardError('LG_WRITE', `cannot write ${file}: ${cause.message}`, { cause });
  }
}

function body(text) {
  if (text === undefined || !text.startsWith('@')) return text;
  try {
    return fs.readFileSync(text.slice(1));
  } catch (cause) {
    throw new LeakguardError('LG_USAGE', `--body ${text}: ${cause.message}`, { cause });
  }
}
