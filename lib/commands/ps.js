'use strict';

const { unlinkSync } = require('node:fs');

const { sockets } = require('../admin/runtime-directory.js');
const { ask } = require('../admin/client.js');
const { formatBytes } = require('../bytes.js');
const { formatTable } = require('../table.js');

module.exports = {
  name: 'ps',
  arguments: '',
  description: 'List the processes of this user that have an admin server.',
  options: [],
  help: `
They find each other by sockets in XDG_RUNTIME_DIR/leakguard, or leakguard-UID in the temp directory.`,

  async run({ options, stdout, signal }) {
    const processes = (await Promise.all(sockets().map((socket) => look(socket, signal)))).filter((found) => found !== null);
    processes.sort((a, b) => a.pid - b.pid);
    if (options.json) stdout.write(`${JSON.stringify({ processes })}\n`);
    else stdout.write(processes.length === 0 ? 'no process has an admin server\n' : table(processes));
  },
};

// Null for one that is gone; its socket then goes too.
async function look({ pid, path }, signal) {
  try {
    const { process: about, memory, monitor } = await ask({ name: `process ${pid}`, sockets: [path] }, 'stats', { signal });
    const { address, app, title, cluster, startedAt } = about;
    const { rss, heapUsed, heapLimit } = memory;
    return { pid: about.pid, address, app, title, cluster, startedAt, rss, heapUsed, heapLimit, verdict: monitor?.verdict ?? null };
  } catch (error) {
    if (error.code === 'LG_CANCELLED') throw error;
    if (error.cause?.code === 'ECONNREFUSED') remove(path);
    return null;
  }
}

function remove(path) {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else was quicker.
  }
}

function table(processes) {
  const rows = processes.map(({ pid, app, cluster, heapUsed, heapLimit, rss, verdict, address }) => [
    cluster === null ? app : `${app} #${cluster}`,
    String(pid),
    formatBytes(heapUsed),
    formatBytes(heapLimit),
    formatBytes(rss),
    verdict ?? '-',
    address,
  ]);
  return formatTable([['app', 'pid', 'heap', 'limit', 'resident', 'verdict', 'address'], ...rows]);
}
