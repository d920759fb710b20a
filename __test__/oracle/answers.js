'use strict';

// What DevTools says about a snapshot, as plain columns, and what it says about two of them.
//
// Node columns hold, for each node ordinal, DevTools' raw value: bytes after the shallow-size transfer,
// distances with 100000000 and more (system) and -5 (unreachable) left as they are.

const { load } = require('./devtools.js');
const { mergedClasses, mergedDiff, withMerged } = require('./equal-texts.js');

/** Interns strings: `index(text)` is the text's row in `texts`. */
class Texts {
  constructor() {
    this.texts = [];
    this.rows = new Map();
  }

  index(text) {
    let row = this.rows.get(text);
    if (row === undefined) {
      row = this.texts.length;
      this.rows.set(text, row);
      this.texts.push(text);
    }
    return row;
  }
}

/** Every node's numbers and names. */
function nodeAnswers(snapshot) {
  const count = snapshot.nodeCount;
  const texts = new Texts();
  const columns = {
    id: new Float64Array(count),
    type: new Uint32Array(count),
    name: new Uint32Array(count),
    className: new Uint32Array(count),
    selfSize: new Float64Array(count),
    retainedSize: new Float64Array(count),
    distance: new Int32Array(count),
    detachedness: new Uint8Array(count),
    dominatorId: new Float64Array(count),
  };
  const node = snapshot.createNode(0);
  const dominator = snapshot.createNode(0);
  for (let ordinal = 0; ordinal < count; ordinal++) {
    node.nodeIndex = ordinal * snapshot.nodeFieldCount;
    dominator.nodeIndex = node.dominatorIndex();
    columns.id[ordinal] = node.id();
    columns.type[ordinal] = texts.index(node.type());
    columns.name[ordinal] = texts.index(node.name());
    columns.className[ordinal] = texts.index(node.className());
    columns.selfSize[ordinal] = node.selfSize();
    columns.retainedSize[ordinal] = node.retainedSize();
    columns.distance[ordinal] = node.distance();
    columns.detachedness[ordinal] = node.detachedness();
    columns.dominatorId[ordinal] = dominator.id();
  }
  return { count, texts: texts.texts, columns };
}

function classAnswers(snapshot) {
  const rows = Object.entries(snapshot.aggregatesWithFilter({})).map(([key, row]) => ({
    key,
    name: row.name,
    count: row.count,
    selfSize: row.self,
    retainedSize: row.maxRet,
    distance: row.distance,
  }));
  return withMerged(rows, mergedClasses(snapshot));
}

function diffAnswers(base, head) {
  const aggregates = base.aggregatesForDiff(head.interfaceDefinitions());
  const misnamed = [];
  const rows = Object.entries(head.calculateSnapshotDiff(0, aggregates)).map(([key, row]) => ({
    key,
    name: row.name === nameIn(key) ? row.name : (misnamed.push(key), nameIn(key)),
    addedCount: row.addedCount,
    removedCount: row.removedCount,
    countDelta: row.countDelta,
    addedSize: row.addedSize,
    removedSize: row.removedSize,
    sizeDelta: row.sizeDelta,
  }));
  const merged = withMerged(rows, mergedDiff(base, head));
  return { ...merged, explained: [...merged.explained, ...misnamed] };
}

/**
 * The class name in a public key, `,name` or `script,line,column,name`. In a comparison DevTools takes the name of a class
 * that only the older snapshot has from a node after it has put back that snapshot's own shapes (docs/divergences.md).
 */
function nameIn(key) {
  return key.startsWith(',') ? key.slice(1) : key.split(',').slice(3).join(',');
}

/** DevTools prints reports about unreachable nodes to the console; they are no concern of ours. */
async function quietly(work) {
  const { warn } = console;
  console.warn = () => {};
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}

/**
 * @param {string} file the snapshot
 * @param {string} [base] an earlier snapshot to compare it with
 */
function answers(file, base) {
  return quietly(async () => {
    const head = await load(file);
    const result = {
      statistics: head.getStatistics(),
      classes: classAnswers(head),
      nodes: nodeAnswers(head),
      edgeCount: head.containmentEdges.length / head.edgeFieldsCount,
    };
    if (base) result.diff = diffAnswers(await load(base), head);
    return result;
  });
}

module.exports = { answers };
