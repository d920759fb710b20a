'use strict';

// One measured run of one command: wall time as seen from here, CPU time and peak memory as the process itself reports
// them on standard error when it ends (`usage {...}`).

const { spawn } = require('node:child_process');

/** A run that takes longer has failed. */
const TIMEOUT_MS = 30 * 60_000;

async function text(stream) {
  let all = '';
  for await (const chunk of stream.setEncoding('utf8')) all += chunk;
  return all;
}

/**
 * @param {string[]} command
 * @returns {Promise<{ wallMs: number, cpuMs: number, peakBytes: number, output: string }>}
 */
async function measure([program, ...args]) {
  const started = process.hrtime.bigint();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('exit', (code, signal) => {
    resolve({ code, signal, wallMs: Number(process.hrtime.bigint() - started) / 1e6 });
  }));
  const [output, complaints, { code, signal, wallMs }] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const usage = /^usage (\{.*\})$/m.exec(complaints)?.[1];
  if (code !== 0 || !usage) throw new Error(`${program} ${args.join(' ')} failed (${signal ?? code}): ${complaints.slice(-2000)}`);
  return { wallMs, ...JSON.parse(usage), output };
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

module.exports = { measure, median };
