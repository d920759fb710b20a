'use strict';

// DevTools' heap snapshot worker with its second thread: parse, dominators, retained sizes, class table.

const { load } = require('../../__test__/oracle/devtools.js');

async function main(file) {
  console.warn = () => {}; // its reports about unreachable nodes
  const snapshot = await load(file);
  const classes = Object.keys(snapshot.aggregatesWithFilter({})).length;
  console.log(JSON.stringify({ nodes: snapshot.nodeCount, classes, bytes: snapshot.getStatistics().total }));
}

main(process.argv[2]);
