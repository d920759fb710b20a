'use strict';

const { ProgressLine } = require('../progress.js');
const { scrub } = require('../scrub.js');

module.exports = {
  name: 'scrub',
  arguments: '<file>',
  description: 'Write a copy of a snapshot that is safe to share: every string becomes its length.',
  options: [{ flags: '-o, --output <file>', description: 'where to write it (default: NAME.scrubbed.heapsnapshot beside the input)' }],
  help: `
Sizes, references, and the names of classes, properties, variables and functions stay; Chrome opens the copy.
File names in the code stay as well. A name ending in .gz is written as gzip.`,

  async run({ args: [file], options, stdout, stderr, signal }) {
    const line = new ProgressLine(stderr);
    try {
      const result = await scrub(file, { output: options.output, signal, onProgress: (at) => line.update(at) });
      line.clear();
      if (options.json) {
        stdout.write(`${JSON.stringify({ schema: 1, ...result })}\n`);
      } else {
        stdout.write(`${result.output}: ${result.replaced} of ${result.strings} strings replaced by their lengths\n`);
      }
      return 0;
    } finally {
      line.clear();
    }
  },
};
