'use strict';

const { ask, targetOf } = require('../admin/client.js');
const { renderDiagnosis } = require('../render.js');

module.exports = {
  name: 'report',
  arguments: '<process>',
  description: 'Show what the guard of a running process has found, given by its id or its admin URL.',
  options: [{ flags: '--token <token>', description: 'of the admin server at a URL (default: LEAKGUARD_ADMIN_TOKEN)' }],
  help: `
Exit code 1: a leak was found. What grows may still be a cache that fills, until the guard confirms it: exit code 0.`,

  async run({ args: [target], options, stdout, signal }) {
    const report = await ask(targetOf(target), 'report', { token: options.token, signal });
    const { diagnosis, finding } = report;
    const known = finding?.diagnosis ?? diagnosis;
    // The guard's finding, or captures that were asked for, which nothing will confirm.
    const confirmed = finding?.confirmed ?? true;
    if (options.json) stdout.write(`${JSON.stringify(report)}\n`);
    else stdout.write(known === null ? 'nothing was captured yet\n' : renderDiagnosis(known, stdout, { confirmed }));
    return finding?.confirmed === true || (confirmed && known?.verdict === 'leak') ? 1 : 0;
  },
};
