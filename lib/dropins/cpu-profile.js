'use strict';

// v8-profiler's CpuProfile, in the two forms of it, made of what the inspector answers.

const { exportTo } = require('./export.js');
const { Registry } = require('./registry.js');

const profiles = new Registry();

class CpuProfile {
  typeId = 'CPU';

  /**
   * @param {string} title
   * @param {object} profile the inspector's
   * @param {{ flat: boolean, samples: boolean }} form
   */
  constructor(title, profile, { flat, samples }) {
    this.uid = String(profiles.nextUid());
    this.title = title || `Profile ${this.uid}`;
    if (flat) this.nodes = profile.nodes;
    else this.head = tree(profile.nodes);
    // Microseconds in the file format of .cpuprofile, whole seconds in the old form.
    this.startTime = flat ? profile.startTime : Math.floor(profile.startTime / 1e6);
    this.endTime = flat ? profile.endTime : Math.floor(profile.endTime / 1e6);
    this.samples = samples ? profile.samples : [];
    const deltas = samples ? profile.timeDeltas : [];
    if (flat) this.timeDeltas = deltas;
    else this.timestamps = sums(profile.startTime, deltas);
    this.delete = this.delete.bind(this);
    profiles[this.uid] = this;
  }

  getHeader() {
    const { typeId, uid, title } = this;
    return { typeId, uid, title };
  }

  export(receiver) {
    return exportJson(this, receiver);
  }

  delete() {
    if (profiles[this.uid] === this) delete profiles[this.uid];
  }
}

/** As the original does: in a later tick also for a callback. */
function exportJson(value, receiver) {
  const text = [JSON.stringify(value)];
  if (typeof receiver !== 'function') return exportTo(text, receiver);
  process.nextTick(() => exportTo(text, receiver));
  return undefined;
}

/** The inspector's flat nodes as one tree; lines and columns count from one there. */
function tree(nodes) {
  const calls = new Map();
  const byId = new Map();
  for (const { id, callFrame, hitCount = 0, positionTicks = [], deoptReason = 'no reason' } of nodes) {
    const { functionName, scriptId, url, lineNumber, columnNumber } = callFrame;
    const call = `${scriptId}:${lineNumber}:${columnNumber}:${functionName}`;
    if (!calls.has(call)) calls.set(call, calls.size + 1);
    byId.set(id, {
      functionName,
      url,
      lineNumber: lineNumber + 1,
      columnNumber: columnNumber + 1,
      callUID: calls.get(call),
      bailoutReason: deoptReason,
      id,
      scriptId: Number(scriptId),
      hitCount,
      children: [],
      lineTicks: positionTicks.map(({ line, ticks }) => ({ line, hitCount: ticks })),
    });
  }
  for (const { id, children = [] } of nodes) byId.get(id).children = children.map((child) => byId.get(child));
  return byId.get(nodes[0].id);
}

function sums(start, deltas) {
  let at = start;
  return deltas.map((delta) => (at += delta));
}

module.exports = { CpuProfile, exportJson, profiles };
