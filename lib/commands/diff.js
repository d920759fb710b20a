'use strict';

const { compare } = require('../compare.js');
const { formatBytes } = require('../bytes.js');
const { renderDiagnosis } = require('../render.js');
const { formatTable } = require('../table.js');
const { THREADS, wholeNumber, withProgress } = require('./work.js');

module.exports = {
  name: 'diff',
  arguments: '<base> <later...>',
  description: 'Compare heap snapshots of one process: what came, what went, and what leaks.',
  options: [
    { flags: '--iterations <n>', description: 'how much work was done between two snapshots, to tell growth per unit', parse: wholeNumber },
    { flags: '--top <n>', description: 'how many classes to show', parse: wholeNumber, default: 15 },
    THREADS,
  ],
  help: `
Give the snapshots oldest first; three or more tell a leak from a warm-up. The table is Chrome DevTools' comparison of
the first and the last, by object id. It cannot see an object that stayed and grew; the diagnosis above it does.
Exit code 1: a leak was found.`,

  async run(context) {
    const { args: [base, later], options, stdout } = context;
    const { iterations } = options;
    const result = await withProgress(context, (work) => compare([base, ...later], { ...work, iterations }));
    stdout.write(options.json ? `${JSON.stringify(result)}\n` : text(result, options.top, stdout));
    return result.verdict === 'leak' ? 1 : 0;
  },
};

const signed = (value, format) => (value === 0 ? '0' : `${value > 0 ? '+' : '−'}${format(Math.abs(value))}`);
const number = (value) => value.toLocaleString('en-US');

function text(result, top, stdout) {
  const { classes, snapshots } = result;
  const totals = [['snapshot', 'objects', 'references', 'size'], ...snapshots.map((row) => [row.file, number(row.nodeCount), number(row.edgeCount), formatBytes(row.total)])];
  const rows = classes.slice(0, top).map((row) => [
    row.name,
    `+${number(row.addedCount)}`,
    `−${number(row.removedCount)}`,
    signed(row.countDelta, number),
    `+${formatBytes(row.addedSize)}`,
    `−${formatBytes(row.removedSize)}`,
    signed(row.sizeDelta, formatBytes),
  ]);
  const more = classes.length - rows.length;
  return [
    formatTable(totals, { firstWidth: 60 }),
    '\n',
    renderDiagnosis(result, stdout),
    '\nnew and gone, by class (first against last)\n',
    result.warning === undefined ? '' : `warning: ${result.warning}\n`,
    formatTable([['class', 'new', 'gone', 'delta', 'new', 'gone', 'delta'], ...rows]),
    more > 0 ? `… and ${number(more)} more classes (--top ${classes.length} shows all)\n` : '',
  ].join('');
}
