'use strict';

// leakguard as its users see it: the command line, JSON out.

const path = require('node:path');
const readline = require('node:readline');
const { spawn } = require('node:child_process');

const CLI = path.join(__dirname, '..', '..', 'bin', 'leakguard.js');

/** Runs a verb and hands over its standard output line by line. */
async function lines(args, onLine) {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => complaints += text);
  const closed = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  for await (const line of readline.createInterface({ input: child.stdout, crlfDelay: Infinity })) onLine(line);
  const code = await closed;
  if (code === 2 || code === null) throw new Error(`leakguard ${args.join(' ')} exited with ${code}: ${complaints}`);
}

async function json(args) {
  const text = [];
  await lines(args, (line) => text.push(line));
  return JSON.parse(text.join('\n'));
}

module.exports = {
  analyze: (file) => json(['analyze', file, '--json']),
  diff: (base, head) => json(['diff', base, head, '--json']),
  nodes: (file, onRow) => lines(['nodes', file, '--format', 'ndjson'], (line) => onRow(JSON.parse(line))),
};
