'use strict';

// The directory in which the processes of one user find each other: a socket for each, PID-xxxxxxxx.sock. Whoever may
// enter it may ask them for anything, so it must be the user's alone.

const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { LeakguardError } = require('../errors.js');

// A socket's path must fit into sockaddr_un, on the BSDs too.
const LONGEST_PATH = 103;

/** Its path, whether it exists or not; null where there are no such sockets. */
function runtimeDirectory(env = process.env) {
  if (process.platform === 'win32') return null;
  const { XDG_RUNTIME_DIR: base } = env;
  if (base !== undefined && path.isAbsolute(base)) return path.join(base, 'leakguard');
  return path.join(os.tmpdir(), `leakguard-${process.getuid()}`);
}

/** Makes it, or throws LG_ADMIN_DIRECTORY when it is not what it must be. */
function openRuntimeDirectory(directory = runtimeDirectory()) {
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new LeakguardError('LG_ADMIN_DIRECTORY', `cannot make ${directory}: ${cause.message}`, { cause });
  }
  check(directory);
  return directory;
}

// Somebody else may have made it before us, in the hope that we use it.
function check(directory) {
  const stat = fs.lstatSync(directory);
  const wrong = (what) => new LeakguardError('LG_ADMIN_DIRECTORY', `${directory} ${what}`);
  if (!stat.isDirectory()) throw wrong('is not a directory');
  if (stat.uid !== process.geteuid()) throw wrong(`belongs to another user (${stat.uid})`);
  if ((stat.mode & 0o077) !== 0) throw wrong(`may be entered by others (mode ${(stat.mode & 0o777).toString(8)})`);
}

/** A path for this process's socket; null where there is none, or it would be too long. */
function socketPath(directory = runtimeDirectory()) {
  if (directory === null) return null;
  const file = path.join(openRuntimeDirectory(directory), `${process.pid}-${randomBytes(4).toString('hex')}.sock`);
  return Buffer.byteLength(file) > LONGEST_PATH ? null : file;
}

/** The sockets that are there, as `{ pid, path }`, those of processes that have crashed included. */
function sockets(directory = runtimeDirectory()) {
  if (directory === null || !fs.existsSync(directory)) return [];
  check(directory);
  return fs.readdirSync(directory).flatMap((name) => {
    const match = /^(\d+)-[0-9a-f]+\.sock$/.exec(name);
    return match === null ? [] : [{ pid: Number(match[1]), path: path.join(directory, name) }];
  });
}

module.exports = { openRuntimeDirectory, runtimeDirectory, socketPath, sockets };
