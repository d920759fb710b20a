'use strict';

// v8-profiler's CPU half: profiles by name, several at a time.

const { CpuProfile, profiles } = require('./cpu-profile.js');
const { giveBack, takeInspector } = require('./session.js');

const DEFAULT_INTERVAL_US = 1000;

/** Profiles being recorded, in the order in which they were started: name to inspector and wish for samples. */
const recording = new Map();
let intervalUs = DEFAULT_INTERVAL_US;
let flat = false;

function startProfiling(name, samples = true) {
  if (typeof name === 'boolean') [name, samples] = ['', name];
  const title = name ? String(name) : '';
  // A name that is being recorded goes on.
  if (recording.has(title)) return;
  const inspector = takeInspector();
  inspector.post('Profiler.enable');
  inspector.post('Profiler.setSamplingInterval', { interval: intervalUs });
  inspector.post('Profiler.start');
  recording.set(title, { inspector, samples: Boolean(samples) });
}

/** Without a name, the profile that was started last. */
function stopProfiling(name) {
  const title = name ? String(name) : [...recording.keys()].at(-1);
  const recorded = recording.get(title);
  if (recorded === undefined) return undefined;
  recording.delete(title);
  const { inspector, samples } = recorded;
  const { profile } = inspector.post('Profiler.stop');
  inspector.post('Profiler.disable');
  giveBack(inspector);
  return new CpuProfile(title, profile, { flat, samples });
}

/** Microseconds; without an argument, the default. */
function setSamplingInterval(num) {
  if (recording.size > 0) {
    throw new Error('setSamplingInterval must be called when there are no profiles being recorded.');
  }
  intervalUs = Number.parseInt(num, 10) || DEFAULT_INTERVAL_US;
}

/** 0: one tree of nodes, 1: the flat form of .cpuprofile files. */
function setGenerateType(type) {
  if (type === 0 || type === 1) flat = type === 1;
  else console.error(`type should in [0, 1], got ${type}.`);
}

function deleteAllProfiles() {
  for (const profile of profiles.slice()) profile.delete();
}

module.exports = { deleteAllProfiles, setGenerateType, setSamplingInterval, startProfiling, stopProfiling };
