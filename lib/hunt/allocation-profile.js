'use strict';

// Who allocated what is alive: V8's sampling heap profiler, by way of an inspector session in the process.
//
// V8 looks at the stack about every INTERVAL bytes that are allocated, and forgets the sample when its object
// dies. What it remembers is outside the heap. An isolate has one profiler, shared by all sessions: when another one,
// such as that of DevTools, stops it under way, there is no profile any more, which is no error.

const path = require('node:path');

const INTERVAL = 16 * 1024;
const OWN = path.join(__dirname, '..') + path.sep;

class AllocationProfile {
  #session = null;

  // Samples from here on, in the isolate of the calling thread.
  constructor({ interval = INTERVAL } = {}) {
    try {
      // Absent in builds without inspector, forbidden under --permission.
      const { Session } = require('node:inspector');
      this.#session = new Session();
      this.#session.connect();
      // Its commands are answered before post() returns.
      this.#session.post('HeapProfiler.startSampling', { samplingInterval: interval }, (error) => {
        if (error) this.stop();
      });
    } catch {
      this.#session = null;
    }
  }

  // What is alive of what was sampled, as JSON for src/analysis/allocation.rs: a list of
  // [parent, function, script id, line, column, bytes, samples], a node's parent before it. Null when there is
  // no profile.
  take() {
    let taken = null;
    this.#session?.post('HeapProfiler.getSamplingProfile', (error, result) => {
      if (!error) taken = JSON.stringify(userFrames(result.profile));
    });
    return taken;
  }

  // The profiler ends with the session.
  stop() {
    this.#session?.disconnect();
    this.#session = null;
  }
}

// The call tree without the frames of Node, of V8 and of leakguard: their bytes count for who called them.
function userFrames({ head, samples }) {
  const counts = new Map();
  for (const { nodeId } of samples) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  const rows = [[-1, '', 0, 0, 0, 0, 0]];
  const open = [[head, 0]];
  while (open.length > 0) {
    const [{ id, selfSize, callFrame, children }, above] = open.pop();
    let row = above;
    if (isUser(callFrame)) {
      const { functionName, scriptId, lineNumber, columnNumber } = callFrame;
      row = rows.push([above, functionName, Number(scriptId), lineNumber, columnNumber, 0, 0]) - 1;
    }
    rows[row][5] += selfSize;
    rows[row][6] += counts.get(id) ?? 0;
    for (const child of children) open.push([child, row]);
  }
  return rows;
}

// Script 0 stands for V8 itself; code from eval has no URL.
function isUser({ scriptId, url }) {
  if (scriptId === '0' || url.startsWith('node:')) return false;
  return !plain(url).startsWith(OWN);
}

function plain(url) {
  return url.startsWith('file://') ? decodeURI(url.slice('file://'.length)) : url;
}

module.exports = { AllocationProfile };
