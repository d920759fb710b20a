'use strict';

// The text of an object that was not collected: what it is, and the path that keeps it.

const path = require('node:path');

const { formatBytes } = require('../bytes.js');
const { clip } = require('../table.js');

const LIBRARY = path.join(__dirname, '..', path.sep);
const MOST_HOPS = 24;
// How V8 shows an async function that waits.
const WAITING = 'Generator';

function keptMessage(found, { alive, count }) {
  const kept = found.map((one) => ({ ...one, paths: one.paths.map(fromTest) }));
  const [first] = kept;
  if (first === undefined) {
    return `${objects(alive, count)} not collected, and nothing in the heap keeps it but weak references: a finalizer may not have run yet\n`;
  }
  const lines = [`${objects(alive, count)} not collected: ${first.object.name} is kept by ${keeper(first)}`, ''];
  for (const { object, paths } of kept) {
    lines.push(`  ${object.name}, ${formatBytes(object.retainedSize)} held${place(object.definedAt)}`);
    for (const [at, hops] of paths.entries()) {
      if (at > 0) lines.push('    and');
      lines.push(...folded(hops).map((hop) => `    ${hop}`));
    }
    lines.push('');
  }
  if (kept.length < alive) lines.push(`  … and ${alive - kept.length} more`, '');
  if (first.paths.some((hops) => hops.at(-2)?.name === WAITING)) {
    lines.push('  A variable of a function that waits still refers to it: make the object in a function of its own and', '  pass that to expectCollected().', '');
  }
  return lines.join('\n');
}

// A test that awaits the assertion is itself held by it. The path begins at the test.
function fromTest(hops) {
  const inside = hops.findLastIndex(({ location }) => location?.file.startsWith(LIBRARY));
  const outside = hops.findIndex(({ location }, at) => at > inside && location !== undefined);
  if (inside === -1 || outside === -1) return hops;
  const [first, ...rest] = hops.slice(outside);
  return [{ ...first, edge: '(awaits this assertion)' }, ...rest];
}

function objects(alive, count) {
  return count === 1 ? 'the object was' : `${alive} of ${count} objects were`;
}

// The last hop but one that has a name people know.
function keeper({ paths: [hops = []] }) {
  const above = hops.at(-2);
  if (above === undefined) return 'a root of V8';
  if (above.name === WAITING) return `a variable of a function that waits${place(above.location)}`;
  return `${clip(above.name, 60)} (by ${clip(hops.at(-1).edge, 60)})${place(above.location)}`;
}

function folded(hops) {
  const lines = hops.map((hop) => {
    const repeats = hop.repeats === undefined ? '' : `  (these ${hop.repeatedHops} repeat ${hop.repeats} times)`;
    return `${clip(hop.edge, 60)} → ${clip(hop.name, 60)}${place(hop.location)}${repeats}`;
  });
  if (lines.length <= MOST_HOPS) return lines;
  const half = MOST_HOPS / 2;
  return [...lines.slice(0, half), `… ${lines.length - MOST_HOPS} more …`, ...lines.slice(-half)];
}

function place(at) {
  return at === undefined ? '' : `  (${at.file}${at.line === undefined ? '' : `:${at.line}:${at.column}`})`;
}

module.exports = { keptMessage };
