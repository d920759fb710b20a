'use strict';

const { ask, targetOf } = require('../admin/client.js');
const { renderDiagnosis } = require('../render.js');

module.exports = {
  name: 'report',
  arguments: '<process>',
  description: 'Show what the guard of a running process has found, given by its id or its admin URL.',
  options: [{ flags: '--token <token>', description: 'of the admin server at a URL (default: LEAKGUARD_ADMIN_TOKEN)' }],
  help: `
Exit code 1: a leak was found.`,

  async run({ args: [target], options, stdout, signal }) {
    const report = await ask(targetOf(target), 'report', { token: options.token, signal });
    const { diagnosis, finding } = report;
    const known = finding?.diagnosis ?? diagnosis;
    if (options.json) stdout.write(`${JSON.stringify(report)}\n`);
    else stdout.write(known === null ? 'nothing was captured yet\n' : renderDiagnosis(known, stdout));
    return known?.verdict === 'leak' || finding?.confirmed === true ? 1 : 0;
  },
};
