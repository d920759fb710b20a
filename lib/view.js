'use strict';

// view(): a server for snapshot files and its web page, on this machine alone.

const { randomBytes } = require('node:crypto');
const { existsSync, mkdtempSync, readFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

const native = require('./addon.js');
const { pathArgument, threadsArgument } = require('./arguments.js');
const { ADVICE, LeakguardError, fromNative } = require('./errors.js');

/** Where `npm run build:dashboard` puts the page; a clone that has not built it has only the addresses under it. */
const PAGE = path.join(__dirname, '..', 'dashboard', 'dist');
const UPLOAD_LIMIT = 8 * 2 ** 30;

/**
 * Serves snapshots until `close()`. On a port there is a token, because a heap's contents are not for every user of
 * the machine; `url` has it in it and opens the page. A `socket` is for those who may enter its directory.
 *
 * @param {string[]} files
 * @param {{ directory?: string, port?: number, socket?: string, report?: string, threads?: number, uploadLimit?: number }} [options]
 * @returns {{ address: string, url: string, idle(): number, close(): Promise<void> }}
 */
function view(files, { directory, port = 0, socket, report, threads, uploadLimit = UPLOAD_LIMIT } = {}) {
  const text = report === undefined ? undefined : readReport(report);
  const token = socket === undefined ? randomBytes(24).toString('base64url') : undefined;
  const options = {
    files: files.map((file, i) => pathArgument(file, `files[${i}]`)),
    directory: directory === undefined ? undefined : pathArgument(directory, 'directory'),
    port,
    socket,
    token,
    page: existsSync(path.join(PAGE, 'index.html')) ? PAGE : undefined,
    report: text,
    // Behind a socket is a program, which puts its files into the directory.
    uploadDirectory: socket === undefined ? mkdtempSync(path.join(tmpdir(), 'leakguard-view-')) : undefined,
    uploadLimit,
    threads: threadsArgument(threads),
    advice: ADVICE,
  };
  try {
    const server = new native.View(options);
    const { address } = server;
    return {
      address,
      url: token === undefined ? address : `${address}?token=${token}`,
      idle: () => server.idle(),
      close: () => server.close(),
    };
  } catch (error) {
    throw fromNative(error);
  }
}

/** The text of a file that `leakguard hunt --json` wrote. */
function readReport(file) {
  let text;
  try {
    text = readFileSync(pathArgument(file, 'report'), 'utf8');
  } catch (cause) {
    throw new LeakguardError('LG_READ', `cannot read ${file}: ${cause.message}`, { cause });
  }
  try {
    const { schema, verdict, suspects } = JSON.parse(text);
    if (schema === 1 && typeof verdict === 'string' && Array.isArray(suspects)) return text;
  } catch {
    // The same as JSON of something else.
  }
  throw new LeakguardError('LG_ARGUMENT', `${file} is not a report: the output of leakguard hunt --json`);
}

module.exports = { view };
