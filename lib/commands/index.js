'use strict';

// The CLI's verbs, in the order `leakguard --help` shows them. One file per verb, each exporting
//
//   name          the verb
//   arguments     commander's notation, such as '<file>' or '<base> <later...>'; '' for none
//   description   one sentence
//   options       [{ flags, description, default?, parse?, required? }]; --json is added to every verb
//   run(context)  does the work and resolves to an exit code: 0 healthy or done, 1 leak found.
//                 Failures are thrown and become exit code 2.
//
// `context` is { args, options, stdout, stderr, signal }: positional arguments, parsed options (camelCase),
// streams to write to, and an AbortSignal that Ctrl-C raises.

module.exports = [
  require('./hunt.js'),
  require('./run.js'),
  require('./ps.js'),
  require('./snapshot.js'),
  require('./report.js'),
  require('./analyze.js'),
  require('./diff.js'),
  require('./nodes.js'),
  require('./path.js'),
  require('./scrub.js'),
  require('./view.js'),
];
