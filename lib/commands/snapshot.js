'use strict';

const { ask, targetOf } = require('../admin/client.js');
const { formatBytes } = require('../bytes.js');

// Beyond the ten minutes that a capture may take.
const AT_MOST_MS = 11 * 60_000;

module.exports = {
  name: 'snapshot',
  arguments: '<process>',
  description: 'Capture the heap of a running process, given by its id or its admin URL.',
  options: [
    { flags: '--label <text>', description: 'what to call the snapshot', default: 'cli' },
    { flags: '--mode <mode>', description: 'fork, inline or auto', default: 'auto' },
    { flags: '--token <token>', description: 'of the admin server at a URL (default: LEAKGUARD_ADMIN_TOKEN)' },
  ],

  async run({ args: [target], options, stdout, signal }) {
    const query = new URLSearchParams({ label: options.label, mode: options.mode });
    const { token } = options;
    const snapshot = await ask(targetOf(target), `snapshot?${query}`, { method: 'POST', token, signal, timeoutMs: AT_MOST_MS });
    stdout.write(options.json ? `${JSON.stringify(snapshot)}\n` : text(snapshot));
  },
};

function text({ id, mode, stallMs, bytes, nodeCount, file, summary }) {
  const size = `${nodeCount.toLocaleString('en-US')} objects, ${formatBytes(bytes)}`;
  const kept = file === null ? 'not kept: the process has no snapshot directory' : file;
  return [
    `${id}\n`,
    `  ${size}; ${mode}, the event loop stood still for ${stallMs.toFixed(1)} ms\n`,
    `  ${kept}\n`,
    `  ${summary.reason}\n`,
    ...summary.suspects.map((sentence) => `  ${sentence}\n`),
  ].join('');
}
