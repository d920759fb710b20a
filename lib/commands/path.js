'use strict';

const { formatBytes } = require('../bytes.js');
const { retainingPaths } = require('../path.js');
const { clip } = require('../table.js');
const { THREADS, wholeNumber, withProgress } = require('./work.js');

module.exports = {
  name: 'path',
  arguments: '<file>',
  description: 'Show who keeps one object of a heap snapshot alive.',
  options: [
    { flags: '--id <id>', description: "the object's id: the number after @ in DevTools, id in `leakguard nodes`", parse: wholeNumber, required: true },
    { flags: '--count <n>', description: 'how many paths to show', parse: wholeNumber, default: 3 },
    THREADS,
  ],

  async run(context) {
    const { args: [file], options, stdout } = context;
    const result = await withProgress(context, (work) => retainingPaths(file, options.id, { ...work, count: options.count }));
    stdout.write(options.json ? `${JSON.stringify(result)}\n` : text(result));
    return 0;
  },
};

const place = (at) => (at === undefined ? '' : `  (${at.file}${at.line === undefined ? '' : `:${at.line}:${at.column}`})`);

function text({ object, paths, retainerCount, dominators }) {
  const lines = [
    `@${object.id} ${clip(object.name, 80)} (${object.className}), ${formatBytes(object.selfSize)}, keeps ${formatBytes(object.retainedSize)} alive${place(object.definedAt)}`,
  ];
  for (const [i, hops] of paths.entries()) {
    lines.push('', `path ${i + 1} of ${paths.length}`);
    for (const hop of hops) {
      const repeats = hop.repeats === undefined ? '' : `  (these ${hop.repeatedHops} × ${hop.repeats})`;
      lines.push(`  ${clip(hop.edge, 60)}  →  ${clip(hop.name, 60)} @${hop.id}${place(hop.location)}${repeats}`);
    }
  }
  if (paths.length === 0) lines.push('', 'Nothing keeps it alive: it was garbage when the snapshot was taken, or only weakly referenced.');
  lines.push('', `referred to ${retainerCount} ${retainerCount === 1 ? 'time' : 'times'}; freed together with any of:`);
  for (const { id, name, retainedSize } of dominators.slice(0, 10)) {
    lines.push(`  @${id} ${clip(name, 60)}, keeps ${formatBytes(retainedSize)} alive`);
  }
  return `${lines.join('\n')}\n`;
}
