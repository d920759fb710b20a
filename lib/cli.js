'use strict';

// The command line: parses arguments, runs one verb, turns failures into one line and an exit code.
// Exit codes: 0 healthy or done, 1 leak found, 2 could not run. Nothing else in lib/ ends the process.

const { Command, CommanderError, InvalidArgumentError } = require('commander');
const commands = require('./commands/index.js');
const { LeakguardError, describe } = require('./errors.js');
const { version } = require('../package.json');

const COULD_NOT_RUN = 2;
/** What a shell expects of a program that Ctrl-C ended the hard way. */
const KILLED_BY_SIGINT = 130;

/** Runs the command line `argv` (without node and script); resolves to the exit code. Never rejects. */
async function run(argv, { stdout = process.stdout, stderr = process.stderr, signal } = {}) {
  let exitCode = 0;
  const program = new Command('leakguard')
    .description('Finds memory leaks in Node.js processes and names them.')
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: () => {}, // reported below, in leakguard's own words
    })
    .showSuggestionAfterError()
    .addHelpText('after', '\nExit codes: 0 healthy or done, 1 leak found, 2 could not run.');

  for (const command of commands) {
    const sub = program.command(`${command.name} ${command.arguments}`.trim()).description(command.description);
    for (const { flags, description, default: value, parse, required } of command.options) {
      sub[required ? 'requiredOption' : 'option'](flags, description, ...(parse ? [parser(parse), value] : [value]));
    }
    sub.option('--json', 'print one JSON object instead of text');
    // What follows the app's name is the app's own.
    if (command.passThrough) sub.passThroughOptions();
    if (command.help) sub.addHelpText('after', `\n${command.help.trim()}`);
    sub.action(async (...parsed) => {
      const [options] = parsed.splice(-2);
      require('./addon.js').ownProcess(); // not at the top: --help needs no addon
      const code = await command.run({ args: parsed, options, stdout, stderr, signal });
      exitCode = code ?? 0;
    });
  }

  try {
    if (argv.length === 0) {
      program.outputHelp();
      return COULD_NOT_RUN;
    }
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0; // --help, --version
      // commander: "error: unknown option '--jsn'\n(Did you mean --json?)"
      const what = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
      error = new LeakguardError('LG_USAGE', what);
    }
    stderr.write(`${describe(error)}\n`);
    return COULD_NOT_RUN;
  }
}

/** A verb's `parse(text)` throws plain errors; commander wants its own kind. */
function parser(parse) {
  return (text, previous) => {
    try {
      return parse(text, previous);
    } catch (error) {
      throw new InvalidArgumentError(error.message);
    }
  };
}

/** The process's entry: Ctrl-C once asks politely, twice insists; a closed pipe ends quietly. */
function main(argv) {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(KILLED_BY_SIGINT);
    controller.abort(new Error('interrupted'));
  });
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(process.exitCode ?? 0); // `leakguard … | head` has seen enough
  });
  run(argv, { signal: controller.signal }).then((code) => {
    process.exitCode = code;
  });
}

module.exports = { main, run };
