// SPDX-License-Identifier: Apache-2.0

import { COMMANDS_USAGE, parseCommandLine, usageOf } from './command-line';
import { InputError, OutputError, UsageError } from './errors';
import { version } from '../package.json';

/** Exit codes: done; failed for a reason that is not the caller's; bad command line, configuration or data. */
const EXIT = { done: 0, failed: 1, badInput: 2 } as const;

/**
 * Runs one command line. What it answers goes to standard output, progress and errors to standard error.
 * @returns the exit code of the process
 */
export async function main(args: readonly string[]): Promise<number> {
  // a reader that has seen enough (`| head`) closes the pipe: what is written to files goes on
  process.stdout.on('error', ignoreClosedPipe);
  try {
    const command = parseCommandLine(args);
    if (command.name === 'version') console.log(version);
    else if (command.name === 'help') console.log(command.of === undefined ? COMMANDS_USAGE : usageOf(command.of));
    else await (await import('./backtest/backtest')).backtest(command.options, version);
    return EXIT.done;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`error: ${error.message}\n\n${error.command === undefined ? COMMANDS_USAGE : usageOf(error.command)}`);
      return EXIT.badInput;
    }
    if (error instanceof InputError || error instanceof OutputError) {
      console.error(`error: ${error.message}`);
      return error instanceof InputError ? EXIT.badInput : EXIT.failed;
    }
    console.error('unexpected error; please report it with the text below:');
    console.error(error);
    return EXIT.failed;
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
