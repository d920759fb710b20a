'use strict';

// Every failure a user can meet, by code. Messages say what happened and are written where it happens
// (in Rust: src/error.rs); the advice here says what to do about it. docs/errors.md explains each code at
// length, and __test__/errors.spec.js keeps the three in step.

const ADVICE = {
  LG_PARSE_SYNTAX: 'Check that the file is a .heapsnapshot (or .heapsnapshot.gz) and not something else with that name.',
  LG_PARSE_TRUNCATED: 'Take the snapshot again, and let the process finish writing it before copying the file.',
  LG_PARSE_INVALID: 'Take the snapshot again; if it happens again, please report it with the tool that made the file.',
  LG_PARSE_TOO_LARGE: 'Take the snapshot with a smaller heap; no tool can number that many objects.',
  LG_READ: 'Check the path and that you may read the file.',
  LG_WRITE: 'Check that the directory exists, that you may write there, and that the disk is not full.',
  LG_DIGEST: 'Take the series of captures again with this version of leakguard.',
  LG_NO_OBJECT: 'Take an id from this very snapshot: the number after @ in DevTools, or the id column of `leakguard nodes`.',
  LG_CANCELLED: 'Run it again to get a result.',
  LG_CAPTURE_UNSUPPORTED: 'Use mode `inline`, which stops the event loop for the time of the snapshot, or allow the fallback to it.',
  LG_CAPTURE_MEMORY: 'Give the process or container more memory, capture while the heap is smaller, or capture a replica that has room.',
  LG_ANALYSIS_MEMORY: 'Capture by forking, give the process or container more memory, or keep the snapshot and run `leakguard analyze` on it elsewhere.',
  LG_CAPTURE_STUCK: 'Try again at a quieter moment; if it happens again, please report it with the Node version.',
  LG_CAPTURE_TIMEOUT: 'Raise timeoutMs, or give the container more CPU: a capture runs at the lowest priority.',
  LG_CAPTURE_FAILED: 'Try again; the message says what happened.',
  LG_CAPTURE_BUSY: 'Wait for the capture that is under way.',
  LG_CAPTURE_BLOCKED: 'Wait until the app has finished what it is doing; GET healthz says for how long it has stood still.',
  LG_EXPLORE_UNAVAILABLE: 'Download the snapshot and open it with `leakguard view FILE`.',
  LG_HTTP_NOT_FOUND: 'See docs/openapi.json for the addresses, and GET snapshots for the ids.',
  LG_HTTP_METHOD: 'The header Allow of the answer lists what it takes.',
  LG_HTTP_ARGUMENT: 'See docs/openapi.json for the parameters of each address.',
  LG_HTTP_HOST: 'Use localhost or 127.0.0.1, or name the host in admin.hosts.',
  LG_HTTP_ORIGIN: 'Open the address itself; pages of other origins may link to it, but not call it.',
  LG_HTTP_TOKEN: 'Send the header Authorization: Bearer TOKEN, or open /?token=TOKEN once in the browser.',
  LG_HTTP_USER: 'Ask as the user that runs the app, or set LEAKGUARD_ADMIN_TOKEN in the app and send it with the request.',
  LG_HTTP_RATE: 'Wait as long as the header Retry-After says.',
  LG_HTTP_TOO_LARGE: 'Send less.',
  LG_HTTP_CLIENT: 'Set admin.token, or pass middleware({ authorize }), to let in more than this machine.',
  LG_ADMIN_DIRECTORY: 'Set XDG_RUNTIME_DIR to a directory that is yours alone, or remove the one that the message names.',
  LG_ADMIN_LISTEN: 'Choose another admin.host or admin.port, or port 0 for any that is free.',
  LG_ADMIN_TOKEN: 'Set admin.token, or LEAKGUARD_ADMIN_TOKEN, to at least 16 characters of chance, such as `openssl rand -hex 16` prints.',
  LG_NO_PROCESS: 'See `leakguard ps` for the processes that have an admin server; `leakguard run APP.js` starts one.',
  LG_HTTP_FAILED: 'Check the address and that the process still runs.',
  LG_INTERNAL: 'This is a bug in leakguard: please report it with the text above.',
  LG_NATIVE: 'Reinstall leakguard on this machine without --omit=optional; in a clone of the repository run `npm run build`.',
  LG_USAGE: 'Run `leakguard --help`, or `leakguard help VERB`, to see what is accepted.',
  LG_GUARD_STOPPED: 'Call start() again for a new guard.',
  LG_HUNT_APP_EXITED: 'Start the app by hand with the same arguments and see that it stays up.',
  LG_HUNT_NOT_LISTENING: 'Pass the address that it listens on as --url, give it more time with --start-timeout, or pass --idle if it serves nothing.',
  LG_HUNT_PORT_IN_USE: 'Stop what uses the port, or let the app listen on another one.',
  LG_HUNT_REQUESTS_FAILED: 'Try the same request by hand, with curl, against the running app.',
  LG_HUNT_MODULE: 'Export { setup?, iterate(i), teardown? } from the module.',
  LG_HUNT_ITERATE: 'Make iterate() succeed when it is called over and over: only work that succeeds can be compared.',
  LG_HUNT_CLOSED: 'Try again; if it happens again, please report it with what the app does to its open files.',
  LG_LEAK: 'The message names what keeps the objects: let go of them there. docs/test.md tells how to accept a leak that is known.',
  LG_NOT_COLLECTED: 'The message names what keeps the object: let go of it there.',
  LG_TEST_ISOLATION: "Let the test run in the process's main thread (Vitest: pool 'forks'), or use mode 'inline'.",
  LG_ARGUMENT: 'See the types in index.d.ts for what is accepted.',
};

/** A failure with a stable code and a sentence on what to do about it. */
class LeakguardError extends Error {
  /**
   * @param {keyof typeof ADVICE} code
   * @param {string} message what happened, without the code
   * @param {{ cause?: unknown, advice?: string }} [options]
   */
  constructor(code, message, options = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    const advice = options.advice ?? ADVICE[code];
    if (advice === undefined) throw new TypeError(`unknown error code ${code}`);
    this.code = code;
    this.advice = advice;
  }
}
LeakguardError.prototype.name = 'LeakguardError';

/** Turns what the addon rejected with into a LeakguardError; anything else is returned as it is. */
function fromNative(error) {
  if (error instanceof LeakguardError || !Object.hasOwn(ADVICE, error?.code)) return error;
  return new LeakguardError(error.code, error.message, { cause: error });
}

/** One failure as the CLI prints it: `LG_CODE: what happened. What to do.`, and what the app had to say. */
function describe(error) {
  if (!(error instanceof LeakguardError)) return error?.stack ?? String(error);
  const message = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  const words = error.stderr ? `\nIts last words on stderr:\n${error.stderr.replace(/^/gm, '  ')}` : '';
  return `${error.code}: ${message} ${error.advice}${words}`;
}

module.exports = { ADVICE, LeakguardError, describe, fromNative };
