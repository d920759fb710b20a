'use strict';

// DevTools groups nodes by the index of their class name in the string table and afterwards turns the index into text,
// the public key. Where two indexes have the same text, the later class silently replaces the earlier: with an object
// whose constructor is called `Function` in the heap, all closures are missing from the Summary. See
// docs/divergences.md; leakguard merges the two. Here: which keys are concerned, and what the merged class would be,
// from DevTools' own numbers for the nodes.

/** The public key of a node's class. */
function publicKey(snapshot, node) {
  const key = node.classKeyInternal();
  return typeof key === 'number' ? `,${snapshot.strings[key]}` : key;
}

/** Calls `visit(node, key, internalKey)` for every node that counts in tables: those with a shallow size. */
function eachCounted(snapshot, visit) {
  const node = snapshot.createNode(0);
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    node.nodeIndex = ordinal * snapshot.nodeFieldCount;
    if (node.selfSize() > 0) visit(node, publicKey(snapshot, node), node.classKeyInternal());
  }
}

/** @returns {Set<string>} the public keys that stand for more than one of DevTools' classes */
function ambiguousKeys(snapshot) {
  const first = new Map();
  const ambiguous = new Set();
  eachCounted(snapshot, (_, key, internal) => {
    if (!first.has(key)) first.set(key, internal);
    else if (first.get(key) !== internal) ambiguous.add(key);
  });
  return ambiguous;
}

/** Whether a node of the same class dominates this one. */
function isDominatedByOwnClass(snapshot, node, key) {
  const above = snapshot.createNode(node.nodeIndex);
  while (!above.isRoot()) {
    above.nodeIndex = above.dominatorIndex();
    if (above.selfSize() > 0 && publicKey(snapshot, above) === key) return true;
  }
  return false;
}

/** The class table's rows of the ambiguous keys, each merged. */
function mergedClasses(snapshot) {
  const ambiguous = ambiguousKeys(snapshot);
  const rows = new Map();
  eachCounted(snapshot, (node, key) => {
    if (!ambiguous.has(key)) return;
    const row = rows.get(key) ?? { key, name: node.className(), count: 0, selfSize: 0, retainedSize: 0, distance: Infinity };
    row.count++;
    row.selfSize += node.selfSize();
    if (!isDominatedByOwnClass(snapshot, node, key)) row.retainedSize += node.retainedSize();
    row.distance = Math.min(row.distance, node.distance());
    rows.set(key, row);
  });
  return rows;
}

/** For each ambiguous key the sizes of its instances by id. */
function instances(snapshot, keys) {
  const byKey = new Map([...keys].map((key) => [key, { name: key.slice(1), sizes: new Map() }]));
  eachCounted(snapshot, (node, key) => byKey.get(key)?.sizes.set(node.id(), node.selfSize()));
  return byKey;
}

/** The comparison's rows of the keys that are ambiguous in either snapshot, each merged; none where nothing changed. */
function mergedDiff(base, head) {
  const own = base.interfaceDefinitions();
  base.applyInterfaceDefinitions(JSON.parse(head.interfaceDefinitions()));
  const keys = new Set([...ambiguousKeys(base), ...ambiguousKeys(head)]);
  const [before, after] = [instances(base, keys), instances(head, keys)];
  base.applyInterfaceDefinitions(JSON.parse(own));
  const rows = new Map();
  for (const key of keys) {
    const [old, now] = [before.get(key).sizes, after.get(key).sizes];
    const added = [...now].filter(([id]) => !old.has(id));
    const removed = [...old].filter(([id]) => !now.has(id));
    const size = (list) => list.reduce((sum, [, bytes]) => sum + bytes, 0);
    rows.set(key, added.length + removed.length === 0 ? null : {
      key,
      name: before.get(key).name,
      addedCount: added.length,
      removedCount: removed.length,
      countDelta: added.length - removed.length,
      addedSize: size(added),
      removedSize: size(removed),
      sizeDelta: size(added) - size(removed),
    });
  }
  return rows;
}

/** Replaces the rows whose keys are ambiguous. @returns {{ rows: object[], explained: string[] }} */
function withMerged(rows, merged) {
  const result = rows.filter(({ key }) => !merged.has(key)).concat([...merged.values()].filter(Boolean));
  return { rows: result, explained: [...merged.keys()] };
}

module.exports = { mergedClasses, mergedDiff, withMerged };
