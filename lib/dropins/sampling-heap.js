'use strict';

// v8-profiler-next's sampling heap profiler: live bytes by the stack that allocated them.

const { exportJson } = require('./cpu-profile.js');
const { giveBack, takeInspector } = require('./session.js');

// V8's own.
const DEFAULT_INTERVAL = 512 * 1024;
const DEFAULT_DEPTH = 16;

let sampling = null;

class SamplingHeapProfile {
  constructor({ head, samples }) {
    this.head = withNumbers(head);
    this.samples = samples;
  }

  export(receiver) {
    return exportJson(this, receiver);
  }
}

// The package's script ids are numbers, the inspector's strings.
function withNumbers({ callFrame, children, ...rest }) {
  return { callFrame: { ...callFrame, scriptId: Number(callFrame.scriptId) }, ...rest, children: children.map(withNumbers) };
}

function startSamplingHeapProfiling(interval, depth) {
  if (interval !== undefined && !(Number.isInteger(interval) && interval > 0)) {
    throw new TypeError('first argument type must be uint32');
  }
  if (depth !== undefined && typeof depth !== 'number') throw new TypeError('second argument type must be number');
  sampling ??= takeInspector();
  const settings = { samplingInterval: interval ?? DEFAULT_INTERVAL, stackDepth: depth ?? DEFAULT_DEPTH };
  sampling.post('HeapProfiler.startSampling', settings);
}

function stopSamplingHeapProfiling() {
  if (sampling === null) throw new Error('the sampling heap profiler was not started');
  const { profile } = sampling.post('HeapProfiler.stopSampling');
  giveBack(sampling);
  sampling = null;
  return new SamplingHeapProfile(profile);
}

module.exports = { startSamplingHeapProfiling, stopSamplingHeapProfiling };
