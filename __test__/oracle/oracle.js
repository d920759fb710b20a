'use strict';

// node oracle.js FILE OUT [BASE]: asks DevTools about FILE (and about the comparison BASE -> FILE) and writes
// the answers to OUT in V8's serialisation format. A process of its own, so that its memory goes when it ends.

const fs = require('node:fs');
const v8 = require('node:v8');
const { answers } = require('./answers.js');

async function main([file, out, base]) {
  if (!file || !out) throw new Error('usage: node oracle.js FILE OUT [BASE]');
  fs.writeFileSync(out, v8.serialize(await answers(file, base)));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 2;
});
