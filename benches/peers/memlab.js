'use strict';

// memlab: `getFullHeapFromFile` parses, indexes and computes dominators and retained sizes; it has no class table, so one
// is counted here by name, as its own analyses do.

const { config } = require('@memlab/core');
const { getFullHeapFromFile } = require('@memlab/heap-analysis');

async function main(file) {
  config.muteConsole = true;
  const heap = await getFullHeapFromFile(file);
  const classes = new Map();
  let bytes = 0;
  heap.nodes.forEach((node) => {
    const key = `${node.type}:${node.name}`;
    const row = classes.get(key);
    bytes += node.self_size;
    if (row) {
      row.count++;
      row.selfSize += node.self_size;
      row.retainedSize = Math.max(row.retainedSize, node.retainedSize);
    } else if (node.type === 'object' || node.type === 'native' || node.type === 'closure') {
      classes.set(key, { count: 1, selfSize: node.self_size, retainedSize: node.retainedSize });
    }
  });
  console.log(JSON.stringify({ nodes: heap.nodes.length, classes: classes.size, bytes }));
}

main(process.argv[2]);
