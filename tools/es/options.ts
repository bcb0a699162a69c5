// The options every command takes.
import { Option, type Command } from 'commander';
import { collect } from './arguments.js';
import { contextNames } from './contexts.js';

export const DEFAULT_DATA = 'data';

export interface CommonOptions {
  readonly context?: string;
  readonly databaseUrl?: readonly string[];
  readonly data: string;
  readonly json?: true;
}

export function addCommonOptions(program: Command): Command {
  return program
    .addOption(new Option('--context <service>', 'only this bounded context (default: all)').choices(contextNames()))
    .option('--json', 'for programs: JSON instead of text')
    .option(
      '--database-url <url>',
      'a database to look into instead of that of `npm start`; repeat it for more (default: $OPERATOR_DATABASE_URL, else $DATABASE_URL)',
      collect,
    )
    .option('--data <folder>', 'the data folder of `npm start`', DEFAULT_DATA);
}

/** Adds the examples to the help, one a line. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  const text = lines.map((line) => `  $ npm run -s es -- ${line}`).join('\n');
  return command.addHelpText('after', `\nExamples:\n${text}`);
}
