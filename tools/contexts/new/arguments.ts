// The command line of `npm run new:context`. What it does not know it refuses: a typo must not pass for a default.
import { parseArgs } from 'node:util';

export interface NewContextArguments {
  /** In kebab-case. */
  readonly name: string;
  readonly port?: number;
  /** In snake_case. */
  readonly aggregate?: string;
  /** Class of the message that opens one. */
  readonly on?: string;
  readonly dryRun: boolean;
}

export const NEW_CONTEXT_EXAMPLE = 'npm run new:context shipping -- --aggregate shipment --on OrderConfirmedV1';

export const NEW_CONTEXT_HELP = `Usage: npm run new:context <name> -- [--aggregate NAME] [--on MESSAGE] [--port N] [--dry-run]

Makes a bounded context: the service apps/<name>-service with tests at every layer, its contract, its page in docs/reference, and its
place in nest-cli.json, docker-compose.yml, .env.example and the script that creates databases. Everything it makes is green at once.
npm run remove:context <name> takes it all out again.

  <name>              lower-case words joined by '-', like shipping or returns-desk
  --aggregate NAME    what it is about, lower-case words joined by '_', like shipment or return_case.
                      Default: the name in the singular (orders → order, returns-desk → returns_desk).
                      Its plural, for URLs, follows the simple rules: category → categories, box → boxes, else an s.
  --on MESSAGE        the message that opens one, a class of @app/contracts like OrderConfirmedV1; the first of its fields whose name
                      ends in Id becomes the aggregate's id. Default: a message of its own, for others to send.
  --port N            the HTTP port that npm start prefers, 1024 to 65535. Default: the next after the highest.
  --dry-run           says what it would write and changes nothing
  --help              prints this

Like: ${NEW_CONTEXT_EXAMPLE}
`;

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
    on: values.on,
    ...(values.port !== undefined && { port: portOf(values.port) }),
    dryRun: values['dry-run'] ?? false,
  };
}

function parse(args: readonly string[]) {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  const options = { aggregate: string, on: string, port: string, 'dry-run': boolean, help: boolean };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}. See npm run new:context -- --help`, { cause: error });
  }
}

function portOf(text: string): number {
  const port = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1024 && port <= 65_535))
    throw new Error(`--port ${text}: expected a whole number from 1024 to 65535, like --port 3010.`);
  return port;
}
