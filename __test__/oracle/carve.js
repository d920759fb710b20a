'use strict';

// Carves a small snapshot out of a real one: a sample of its nodes with all edges among them, their names, sizes, ids
// and locations. Still a valid snapshot, and a nastier one: what was cut leaves unreachable islands and lone pairs.

/** Edges followed from one node: enough for structure, few enough to get around. */
const FAN_OUT = 14;

/** Field positions of one snapshot. */
function layout({ snapshot: { meta } }) {
  const node = Object.fromEntries(meta.node_fields.map((name, at) => [name, at]));
  const edge = Object.fromEntries(meta.edge_fields.map((name, at) => [name, at]));
  return {
    node, nodeWidth: meta.node_fields.length, edge, edgeWidth: meta.edge_fields.length,
    location: Object.fromEntries(meta.location_fields.map((name, at) => [name, at])), locationWidth: meta.location_fields.length,
    indexed: ['element', 'hidden'].map((type) => meta.edge_types[0].indexOf(type)),
  };
}

/** For each node ordinal, the position of its first edge; one more at the end. */
function firstEdges(raw, at) {
  const first = [0];
  for (let n = 0; n < raw.nodes.length; n += at.nodeWidth) {
    first.push(first.at(-1) + raw.nodes[n + at.node.edge_count] * at.edgeWidth);
  }
  return first;
}

/** Walks breadth-first and in turn from the root and from what the heap program kept, until there are `limit` nodes. */
function sample(raw, at, first, limit) {
  const chosen = new Set([0]);
  const edgesOf = (ordinal) => {
    const targets = [];
    const step = at.edgeWidth * Math.max(1, Math.floor((first[ordinal + 1] - first[ordinal]) / at.edgeWidth / FAN_OUT));
    for (let e = first[ordinal]; e < first[ordinal + 1]; e += step) {
      targets.push({ name: raw.edges[e + at.edge.name_or_index], to: raw.edges[e + at.edge.to_node] / at.nodeWidth });
    }
    return targets;
  };
  const kept = [];
  const keptName = raw.strings.indexOf('kept');
  for (let ordinal = 0; ordinal + 1 < first.length; ordinal++) {
    for (let e = first[ordinal]; e < first[ordinal + 1]; e += at.edgeWidth) {
      const indexed = at.indexed.includes(raw.edges[e + at.edge.type]);
      if (!indexed && raw.edges[e + at.edge.name_or_index] === keptName) kept.push(ordinal);
    }
  }
  const queues = [[0], kept];
  for (const ordinal of kept) chosen.add(ordinal);
  while (chosen.size < limit && queues.some((queue) => queue.length > 0)) {
    for (const queue of queues) {
      if (queue.length === 0) continue;
      for (const { to } of edgesOf(queue.shift())) {
        if (chosen.has(to) || chosen.size >= limit) continue;
        chosen.add(to);
        queue.push(to);
      }
    }
  }
  return [...chosen].sort((a, b) => a - b);
}

/**
 * @param {object} raw a parsed snapshot file
 * @param {number} limit nodes in the result
 * @returns {object} a snapshot, to be written as JSON
 */
function carve(raw, limit) {
  const at = layout(raw);
  const first = firstEdges(raw, at);
  const ordinals = sample(raw, at, first, limit);
  const moved = new Map(ordinals.map((ordinal, n) => [ordinal * at.nodeWidth, n * at.nodeWidth]));
  const strings = [];
  const rows = new Map();
  const row = (index) => {
    if (!rows.has(index)) rows.set(index, strings.push(raw.strings[index]) - 1);
    return rows.get(index);
  };
  const nodes = [];
  const edges = [];
  for (const ordinal of ordinals) {
    const start = nodes.length;
    nodes.push(...raw.nodes.slice(ordinal * at.nodeWidth, (ordinal + 1) * at.nodeWidth));
    nodes[start + at.node.name] = row(nodes[start + at.node.name]);
    nodes[start + at.node.edge_count] = 0;
    for (let e = first[ordinal]; e < first[ordinal + 1]; e += at.edgeWidth) {
      const to = moved.get(raw.edges[e + at.edge.to_node]);
      if (to === undefined) continue;
      const edge = raw.edges.slice(e, e + at.edgeWidth);
      edge[at.edge.to_node] = to;
      if (!at.indexed.includes(edge[at.edge.type])) edge[at.edge.name_or_index] = row(edge[at.edge.name_or_index]);
      edges.push(...edge);
      nodes[start + at.node.edge_count]++;
    }
  }
  return { ...raw, snapshot: header(raw, ordinals.length, edges.length / at.edgeWidth), nodes, edges, strings, locations: locations(raw, at, moved), ...withoutTables(raw) };
}

function header(raw, nodeCount, edgeCount) {
  const { scope_fields, scope_context_var_fields, scope_use_fields, ...meta } = raw.snapshot.meta;
  return { ...raw.snapshot, meta, node_count: nodeCount, edge_count: edgeCount, trace_function_count: 0 };
}

function locations(raw, at, moved) {
  const result = [];
  for (let n = 0; n < raw.locations.length; n += at.locationWidth) {
    const location = raw.locations.slice(n, n + at.locationWidth);
    const node = moved.get(location[at.location.object_index]);
    if (node === undefined) continue;
    location[at.location.object_index] = node;
    if (at.location.script_object_index !== undefined) location[at.location.script_object_index] = 0;
    result.push(...location);
  }
  return result;
}

/** The tables that speak of nodes which are gone. */
function withoutTables(raw) {
  const { scopes, scope_context_vars, scope_uses } = raw;
  const gone = { scopes, scope_context_vars, scope_uses };
  const empty = Object.fromEntries(Object.entries(gone).filter(([, table]) => table).map(([name]) => [name, []]));
  return { ...empty, trace_function_infos: [], trace_tree: [], samples: [] };
}

module.exports = { carve };
