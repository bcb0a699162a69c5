// The command line of `npm run new:context`. What it does not know it refuses: a typo must not pass for a default.
import { readArguments, wholeNumber } from '../../text/arguments.js';

export interface NewContextArguments {
  /** In kebab-case. */
  readonly name: string;
  readonly port?: number;
  /** In snake_case. */
  readonly aggregate?: string;
  /** Class of the message that opens one. */
  readonly hears?: string;
  readonly dryRun: boolean;
}

/** 'help' when that is asked for. @throws Error saying what is wrong. */
export function readNewContextArguments(args: readonly string[]): NewContextArguments | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [name, ...more] = positionals;
  if (name === undefined)
    throw new Error('Which name? Expected lower-case words joined by -: npm run new:context shipping');
  if (more.length > 0)
    throw new Error(
      `Expected one name, got ${positionals.length}: ${positionals.join(' ')}. Several words are joined by '-': ${positionals.join('-')}.`,
    );
  return {
    name,
    aggregate: values.aggregate,
    hears: values.hears,
    ...(values.port !== undefined && { port: wholeNumber('--port', values.port, 1024, 65_535) }),
    dryRun: values['dry-run'] ?? false,
  };
}

function parse(args: readonly string[]) {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  const options = { aggregate: string, hears: string, port: string, 'dry-run': boolean, help: boolean };
  return readArguments({ args: [...args], options, allowPositionals: true }, ' See npm run new:context -- --help');
}
