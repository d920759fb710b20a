'use strict';

const { analyze } = require('../analyze.js');
const { formatBytes } = require('../bytes.js');
const { formatTable } = require('../table.js');
const { THREADS, wholeNumber, withProgress } = require('./work.js');

module.exports = {
  name: 'analyze',
  arguments: '<file>',
  description: 'Show what a heap snapshot holds, by class.',
  options: [{ flags: '--top <n>', description: 'how many classes to show', parse: wholeNumber, default: 20 }, THREADS],
  help: `
FILE is a .heapsnapshot of Node, Chrome or any other V8, plain or gzip; - reads standard input. Numbers are those of
Chrome DevTools: shallow size is an object's own, retained size what would be freed with it, distance the number of
references from the roots.`,

  async run(context) {
    const { args: [file], options, stdout } = context;
    const summary = await withProgress(context, (work) => analyze(file, work));
    stdout.write(options.json ? `${JSON.stringify(summary)}\n` : text(file, summary, options.top));
    return 0;
  },
};

function text(file, { nodeCount, edgeCount, statistics, classes }, top) {
  const { total, native, v8heap } = statistics;
  const number = (value) => value.toLocaleString('en-US');
  const part = (name, bytes) => `${name} ${formatBytes(bytes)}`;
  const rows = classes.slice(0, top).map((row) => [
    row.name,
    number(row.count),
    formatBytes(row.selfSize),
    formatBytes(row.retainedSize),
    total > 0 ? `${((row.retainedSize / total) * 100).toFixed(1)} %` : '–',
    // As DevTools shows it: what only V8 itself refers to has no distance.
    row.distance < 0 || row.distance >= 1e8 ? '–' : String(row.distance),
  ]);
  const more = classes.length - rows.length;
  return [
    `${file === '-' ? 'standard input' : file}: ${formatBytes(total)} in ${number(nodeCount)} objects with ${number(edgeCount)} references\n`,
    `  V8 heap ${formatBytes(v8heap.total)}: ${[
      part('code', v8heap.code),
      part('strings', v8heap.strings),
      part('arrays', v8heap.jsArrays),
      part('system', v8heap.system),
    ].join(', ')}\n`,
    `  native ${formatBytes(native.total)}, of it ${part('typed arrays', native.typedArrays)}\n\n`,
    formatTable([['class', 'count', 'shallow', 'retained', 'of heap', 'distance'], ...rows]),
    more > 0 ? `… and ${number(more)} more classes (--top ${classes.length} shows all)\n` : '',
  ].join('');
}
