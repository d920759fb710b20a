'use strict';

// The examples of a README that are whole programs.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

// What keeps an example from being run as it is, with the text that mends it.
const MENDED = [
  // v8-profiler: the example of profiles prints the headers of snapshots that it does not have.
  ['console.log(snapshot1.getHeader(), snapshot2.getHeader());\n\nprofile1', 'console.log(profile1.getHeader(), profile2.getHeader());\n\nprofile1'],
];

/** @returns {{ line: number, file: string }[]} each example written to a file of its own */
function examples(readme) {
  const text = fs.readFileSync(readme, 'utf8');
  const found = [];
  let sections = '';
  for (const { 1: code, index } of text.matchAll(/```js\n(.*?)```/gs)) {
    const line = text.slice(0, index).split('\n').length;
    // A section's own require comes once, before the fragments that use it.
    if (!code.includes('require(') && !/profiler/i.test(code)) continue;
    if (!code.includes('require(')) found.push({ line, code: `${sections}\n${code}` });
    else if (code.trim().split('\n').length === 1) sections = code;
    else found.push({ line, code });
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-readme-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return found.map(({ line, code }) => {
    const file = path.join(folder, `example-${line}.js`);
    fs.writeFileSync(file, MENDED.reduce((mended, [fault, remedy]) => mended.replace(fault, remedy), code));
    return { line, file };
  });
}

module.exports = { examples };
