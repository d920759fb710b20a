'use strict';

const { FORMATS, writeNodes } = require('../nodes.js');
const { LeakguardError } = require('../errors.js');
const { THREADS, withProgress } = require('./work.js');

module.exports = {
  name: 'nodes',
  arguments: '<file>',
  description: 'Write one row for every object of a heap snapshot.',
  options: [
    { flags: '--format <format>', description: `${FORMATS.join(' or ')} (default: ndjson)`, parse: knownFormat },
    { flags: '-o, --output <file>', description: 'where to write (default: standard output)', default: '-' },
    THREADS,
  ],
  help: `
Columns: id, type, name, className, selfSize, retainedSize, distance, detachedness, dominatorId. They are DevTools' raw
values: a distance of 100000000 or more is reached from V8's own roots only, -5 from none. --json is --format ndjson.`,

  async run(context) {
    const { args: [file], options } = context;
    const format = options.format ?? 'ndjson';
    if (options.json && format !== 'ndjson') {
      throw new LeakguardError('LG_USAGE', '--json and --format csv contradict each other');
    }
    // The rows do not pass through JavaScript: they are written by the addon, and there may be a gigabyte of them.
    await withProgress(context, (work) => writeNodes(file, { ...work, format, output: options.output }));
    return 0;
  },
};

function knownFormat(text) {
  if (!FORMATS.includes(text)) throw new Error(`It must be ${FORMATS.join(' or ')}.`);
  return text;
}
