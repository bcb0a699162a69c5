// Prints the help of `es` and of each of its commands as JSON. A process of its own: the help names the contexts there are at this moment.
import { main as es } from '../../es/program.js';

export interface CommandHelp {
  /** `parked list`; empty for `es` itself. */
  readonly command: string;
  readonly help: string;
}

const COLUMNS = 100;

async function helpOf(command: readonly string[]): Promise<CommandHelp[]> {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const { signal } = new AbortController();
  await es([...command, '--help'], {
    out: say,
    note: say,
    look: { width: COLUMNS, color: false },
    environment: {},
    signal,
  });
  const help = lines.join('\n').trim();
  const below = await Promise.all(subcommands(help).map((name) => helpOf([...command, name])));
  return [{ command: command.join(' '), help }, ...below.flat()];
}

function subcommands(help: string): string[] {
  const list = /^Commands:\n((?: {2}.*\n?)*)/m.exec(help)?.[1] ?? '';
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name!).filter((name) => name !== 'help');
}

process.stdout.write(JSON.stringify(await helpOf([])));
