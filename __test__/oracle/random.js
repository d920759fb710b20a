'use strict';

// Small random snapshots, in pairs with a common history, full of what the rules trip over: unreachable cliques,
// WeakMap pairs with one side missing, weak and shortcut edges, page objects, detached natives, odd names, plain
// objects of overlapping shapes, concatenated strings that contain each other.

const fs = require('node:fs');
const path = require('node:path');

const NODE_TYPES = [
  'hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native', 'synthetic',
  'concatenated string', 'sliced string', 'symbol', 'bigint', 'object shape',
];
const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];
const NAMES = {
  hidden: ['system / Context', 'system / NativeContext', 'system / Context / f', 'system / X'],
  array: ['', '(map descriptors)', '(object elements)'],
  object: ['Object', 'Object', 'Object', 'Array', 'Foo', 'Foo', 'Window', 'Detached Foo', '<div class="a">', 'Map', 'WeakMap', ''],
  native: [
    'Detached <span id="1">', '<div>', 'HTMLDivElement', 'Detached HTMLDivElement', 'system / ExternalStringData',
    'system / JSArrayBufferData', 'Node / X', 'V8EventListener', '<p',
  ],
  synthetic: ['(Document DOM trees)', '(GC roots)', '(Global handles)', 'C++ roots'],
  'object shape': ['system / Map', '(map descriptors)', 'system / DescriptorArray'],
};
const TEXT = ['text', '', 'second text', 'x'.repeat(60), 'Foo', 'Object', '\ud800'];
const PROPERTIES = ['a', 'b', 'c', 'd', '__proto__', 'with space', 'com,ma', "it's", '{', 'p'.repeat(70), 'q'.repeat(130), 'ß', '\u{1f600}', '0'];
const INTERNAL = ['elements', 'map', 'native_context', 'first', 'second', 'sloppy_function_map', 'value', 'x'];

/** Mulberry32: the same seed makes the same snapshots everywhere. */
function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { next, below, pick: (list) => list[below(list.length)], chance: (p) => next() < p };
}

function makeNode(random, id) {
  const type = random.pick(random.chance(0.4) ? ['object', 'native', 'hidden', 'array'] : NODE_TYPES);
  const name = random.pick(NAMES[type] ?? TEXT);
  const size = random.chance(0.15) ? 0 : random.chance(0.03) ? 90_000_000 + random.below(1000) : 8 * (1 + random.below(40));
  const detachedness = type === 'native' && random.chance(0.4) ? 1 + random.below(2) : 0;
  const location = random.chance(0.3) ? [random.below(3), random.below(3), random.below(2)] : null;
  return { id, type, name, size, detachedness, location, edges: [] };
}

function pairName(random, key, value, table) {
  const table_ = random.chance(0.9) ? `table @${table.id}` : 'table';
  return `${random.below(3)} / part of key (${key.name} @${key.id}) -> value (${value.name} @${value.id}) pair in WeakMap (${table_})`;
}

function addEdges(random, nodes, root, userRoots) {
  for (const node of nodes) node.edges = [];
  const density = random.pick([0.6, 1.5, 3]);
  for (let n = 0; n < nodes.length * density; n++) {
    const from = random.chance(0.05) ? root : random.pick(nodes);
    const to = random.chance(0.02) ? from : random.pick(nodes);
    const type = random.pick(from.type === 'object' ? [...EDGE_TYPES, 'property', 'property'] : EDGE_TYPES);
    if (from === root && !userRoots && type === 'shortcut') continue;
    const name = type === 'element' || type === 'hidden' ? random.below(8) :
      type === 'internal' ? random.pick(INTERNAL) : random.pick(PROPERTIES);
    from.edges.push({ type, name, to });
  }
  for (let n = random.below(6); n > 0; n--) {
    const [key, value, table] = [random.pick(nodes), random.pick(nodes), random.pick(nodes)];
    const name = pairName(random, key, value, table);
    if (random.chance(0.85)) key.edges.push({ type: 'internal', name, to: value });
    if (random.chance(0.85)) table.edges.push({ type: 'internal', name, to: value });
    if (random.chance(0.3)) table.edges.push({ type: 'weak', name: 'key', to: key });
  }
  // A string contains only older ones: V8 has no cycle here, and DevTools would never return from one.
  const strings = nodes.filter(({ type }) => /string/.test(type)).sort((a, b) => a.id - b.id);
  for (const [n, string] of strings.entries()) {
    string.edges = string.edges.filter(({ type, name }) => type !== 'internal' || (name !== 'first' && name !== 'second'));
    if (string.type !== 'concatenated string' || n === 0) continue;
    for (const name of ['first', 'second']) {
      if (random.chance(0.8)) string.edges.push({ type: 'internal', name, to: strings[random.below(n)] });
    }
  }
  for (const node of nodes.filter(({ type }) => type === 'synthetic')) {
    if (random.chance(0.7)) root.edges.push({ type: 'element', name: root.edges.length + 1, to: node });
  }
  for (let n = userRoots ? 1 + random.below(2) : 0; n > 0; n--) {
    root.edges.push({ type: 'shortcut', name: String(root.edges.length + 1), to: random.pick(nodes) });
  }
  // V8's root has one edge to each of its targets; DevTools refuses more.
  root.edges = root.edges.filter(({ to }, n) => root.edges.findIndex((edge) => edge.to === to) === n);
}

function serialize(all, withDetachedness, extraNativeBytes) {
  const strings = ['<dummy>'];
  const rows = new Map([[strings[0], 0]]);
  const row = (text) => {
    if (!rows.has(text)) rows.set(text, strings.push(text) - 1);
    return rows.get(text);
  };
  const ordinal = new Map(all.map((node, n) => [node, n]));
  const node_fields = ['type', 'name', 'id', 'self_size', 'edge_count', ...(withDetachedness ? ['detachedness'] : ['trace_node_id'])];
  const nodes = [];
  const edges = [];
  const locations = [];
  for (const node of all) {
    const targets = node.edges.filter(({ to }) => ordinal.has(to));
    nodes.push(NODE_TYPES.indexOf(node.type), row(node.name), node.id, node.size, targets.length, withDetachedness ? node.detachedness : 0);
    for (const { type, name, to } of targets) {
      edges.push(EDGE_TYPES.indexOf(type), typeof name === 'number' ? name : row(name), ordinal.get(to) * node_fields.length);
    }
    if (node.location) locations.push(ordinal.get(node) * node_fields.length, ...node.location);
  }
  return JSON.stringify({
    snapshot: {
      meta: {
        node_fields,
        node_types: [NODE_TYPES, 'string', 'number', 'number', 'number', 'number'],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
        trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
        trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
        sample_fields: ['timestamp_us', 'last_assigned_id'],
        location_fields: ['object_index', 'script_id', 'line', 'column'],
      },
      node_count: all.length,
      edge_count: edges.length / 3,
      trace_function_count: 0,
      ...(extraNativeBytes ? { extra_native_bytes: extraNativeBytes } : {}),
    },
    nodes, edges, trace_function_infos: [], trace_tree: [], samples: [], locations, strings,
  });
}

/** Writes the pair of one seed to `PREFIX-a.heapsnapshot` and `PREFIX-b.heapsnapshot`. */
function writePair(seed, prefix) {
  const random = generator(seed);
  let id = 1;
  const fresh = () => makeNode(random, id += 2);
  const root = { id: 1, type: 'synthetic', name: '', size: 0, detachedness: 0, location: null, edges: [] };
  const userRoots = random.chance(0.7);
  const withDetachedness = random.chance(0.8);
  const write = (name, nodes) => {
    root.edges = [];
    addEdges(random, nodes, root, userRoots);
    const extra = random.chance(0.5) ? random.below(10_000) : 0;
    fs.writeFileSync(`${prefix}-${name}.heapsnapshot`, serialize([root, ...nodes], withDetachedness, extra));
  };
  let nodes = Array.from({ length: 3 + random.below(random.pick([8, 60, 400])) }, fresh);
  write('a', nodes);
  nodes = nodes.filter(() => random.chance(0.8));
  for (const node of nodes) if (random.chance(0.1)) node.size += 16;
  while (nodes.length < 3 || random.chance(0.95)) nodes.splice(random.below(nodes.length + 1), 0, fresh());
  write('b', nodes);
}

/**
 * @param {number} count how many pairs, made from the seeds 1 to `count`
 * @returns {{ name: string, base: string, head: string }[]}
 */
function randomSnapshots(count, folder) {
  fs.mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, n) => {
    const name = `random-${n + 1}`;
    const prefix = path.join(folder, name);
    writePair(n + 1, prefix);
    return { name, base: `${prefix}-a.heapsnapshot`, head: `${prefix}-b.heapsnapshot` };
  });
}

module.exports = { randomSnapshots };
