'use strict';

// Compares leakguard's answers with DevTools' and counts the mismatches, by quantity.

/** Mismatch counts by quantity, with the first few spelled out. */
class Mismatches {
  constructor() {
    this.counts = new Map();
    this.examples = [];
    /** Rows in which DevTools' answer is known to be wrong (docs/divergences.md) and was put right before comparing. */
    this.explained = 0;
  }

  /** Declares a quantity as compared, so that its zero shows in the table. */
  expect(...quantities) {
    for (const quantity of quantities) if (!this.counts.has(quantity)) this.counts.set(quantity, 0);
  }

  add(quantity, where, ours, theirs) {
    const count = (this.counts.get(quantity) ?? 0) + 1;
    this.counts.set(quantity, count);
    if (count <= 3) this.examples.push(`${quantity} of ${where}: leakguard ${show(ours)}, DevTools ${show(theirs)}`);
  }

  check(quantity, where, ours, theirs) {
    if (ours !== theirs) this.add(quantity, where, ours, theirs);
  }

  get total() {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

const show = (value) => (JSON.stringify(value) ?? String(value)).slice(0, 120);

const TEXT_COLUMNS = ['type', 'name', 'className'];
const NUMBER_COLUMNS = ['id', 'selfSize', 'retainedSize', 'distance', 'detachedness', 'dominatorId'];
const CLASS_FIELDS = ['name', 'count', 'selfSize', 'retainedSize', 'distance'];
const DIFF_FIELDS = ['name', 'addedCount', 'removedCount', 'countDelta', 'addedSize', 'removedSize', 'sizeDelta'];

/** A row for every node, in the file's order: `nodeComparison(...).row(r)` for each, then `.end()`. */
function nodeComparison(mismatches, { count, texts, columns }) {
  mismatches.expect('nodes', ...TEXT_COLUMNS, ...NUMBER_COLUMNS);
  let ordinal = 0;
  return {
    row(ours) {
      if (ordinal < count) {
        const where = `node ${ordinal} @${columns.id[ordinal]}`;
        for (const column of TEXT_COLUMNS) mismatches.check(column, where, ours[column], texts[columns[column][ordinal]]);
        for (const column of NUMBER_COLUMNS) mismatches.check(column, where, ours[column], columns[column][ordinal]);
      }
      ordinal++;
    },
    end() {
      mismatches.check('nodes', 'the snapshot', ordinal, count);
    },
  };
}

/** Tables of classes by key; a class that only one side has is a mismatch of `prefix`. */
function compareClasses(mismatches, prefix, fields, ours, { rows: theirs, explained }) {
  mismatches.explained += explained.length;
  mismatches.expect(prefix, ...fields.map((field) => `${prefix}.${field}`));
  const byKey = new Map(ours.map((row) => [row.key, row]));
  mismatches.check(prefix, 'the number of distinct keys', byKey.size, ours.length);
  for (const their of theirs) {
    const our = byKey.get(their.key);
    byKey.delete(their.key);
    if (!our) {
      mismatches.add(prefix, their.key, 'no such class', their);
      continue;
    }
    for (const field of fields) mismatches.check(`${prefix}.${field}`, their.key, our[field], their[field]);
  }
  for (const our of byKey.values()) mismatches.add(prefix, our.key, our, 'no such class');
}

function compareStatistics(mismatches, ours, theirs) {
  mismatches.expect('statistics');
  const flat = (statistics, prefix = '') => Object.entries(statistics).flatMap(([name, value]) =>
    typeof value === 'object' ? flat(value, `${prefix}${name}.`) : [[prefix + name, value]]);
  const ourValues = new Map(flat(ours));
  for (const [name, value] of flat(theirs)) mismatches.check('statistics', name, ourValues.get(name), value);
}

/**
 * Asks leakguard everything and compares.
 * @param {typeof import('./leakguard.js')} leakguard
 * @param {object} theirs DevTools' answers about `head` (and `base` to `head`)
 */
async function compareAll(leakguard, theirs, head, base) {
  const mismatches = new Mismatches();
  const nodes = nodeComparison(mismatches, theirs.nodes);
  await leakguard.nodes(head, (row) => nodes.row(row));
  nodes.end();
  const ours = await leakguard.analyze(head);
  mismatches.check('nodes', 'nodeCount', ours.nodeCount, theirs.nodes.count);
  mismatches.expect('edges');
  mismatches.check('edges', 'edgeCount', ours.edgeCount, theirs.edgeCount);
  compareClasses(mismatches, 'classes', CLASS_FIELDS, ours.classes, theirs.classes);
  compareStatistics(mismatches, ours.statistics, theirs.statistics);
  if (base) compareClasses(mismatches, 'diff', DIFF_FIELDS, (await leakguard.diff(base, head)).classes, theirs.diff);
  return mismatches;
}

module.exports = { Mismatches, compareAll };
