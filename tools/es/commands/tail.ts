// `es tail`: what is written to a log, in position order, once it is settled.
import { Command, Option } from 'commander';
import { recordOf, type LogName, type LogRecord } from '../../../libs/event-store/src/core/index.js';
import { tail, type OperatedContext } from '../../../libs/event-store/src/operations/index.js';
import { position, wholeNumber } from '../arguments.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { withContexts } from '../session.js';
import { cut, jsonText, paint, safe, widthOf } from '../terminal.js';

interface TailOptions {
  readonly log: LogName;
  readonly from?: bigint;
  readonly limit: number;
  readonly follow?: true;
}

type Line = { readonly context: string; readonly record: LogRecord };

export function tailCommand(io: Io): Command {
  const command = new Command('tail')
    .description(
      'Prints the last records of a log in position order, and with --follow those that come. Only settled ones: nothing can appear before them.',
    )
    .addOption(
      new Option('--log <name>', 'own events, messages received, or commands that sagas and processes sent')
        .choices(['events', 'inbound', 'outgoing'])
        .default('events'),
    )
    .option('--from <position>', 'begin at this position instead; needs --context', position)
    .option('--limit <n>', 'how many records of each context to begin with', wholeNumber(1, 10_000), 20)
    .option('-f, --follow', 'go on until Ctrl-C')
    .action(async (_options, self: Command) => run(io, self.optsWithGlobals<TailOptions & CommonOptions>()));
  command.addHelpText('after', '\nWith --json: one JSON object per line.');
  return examples(
    command,
    'tail',
    'tail --follow --context payment-service',
    'tail --log inbound --context order-service --from 1 --limit 5 --json',
  );
}

async function run(io: Io, options: TailOptions & CommonOptions): Promise<void> {
  if (options.from !== undefined && options.context === undefined && options.databaseUrl?.length !== 1)
    throw new EsError('--from is a position, and each context has its own. Add --context.', 2);
  await withContexts(io, options, async (contexts) => {
    const width = Math.max(...contexts.map(({ name }) => name.length));
    const print = ({ context, record }: Line) =>
      options.json
        ? outJson(io, { context, ...recordOf(record, {}) })
        : io.out(lineOf(io, context.padEnd(width), record));
    if (options.follow) {
      await Promise.all(contexts.map(async (context) => each(io, context, options, print)));
      return;
    }
    const lines: Line[] = [];
    await Promise.all(contexts.map(async (context) => each(io, context, options, (line) => lines.push(line))));
    for (const line of merged(lines)) print(line);
  });
}

async function each(io: Io, context: OperatedContext, options: TailOptions, use: (line: Line) => void): Promise<void> {
  const { log, from, limit: count, follow = false } = options;
  const note = (sentence: string) => io.note(safe(sentence));
  for await (const record of tail(context, { log, from, count, follow, signal: io.signal, note }))
    use({ context: context.name, record });
}

/** By time across contexts, whose clocks may differ; inside a context by position, whatever the times say. */
function merged(lines: readonly Line[]): Line[] {
  const queues = new Map<string, Line[]>();
  for (const line of lines) queues.set(line.context, [...(queues.get(line.context) ?? []), line]);
  const heads = [...queues.values()];
  const result: Line[] = [];
  while (result.length < lines.length) {
    const waiting = heads.filter((queue) => queue.length > 0);
    const first = waiting.reduce((a, b) => (b[0]!.record.time < a[0]!.record.time ? b : a));
    result.push(first.shift()!);
  }
  return result;
}

function lineOf({ look }: Io, context: string, { position: place, key, version, type, time, data }: LogRecord): string {
  const at = time.toISOString().slice(11, 23);
  const of = version > 0 ? `${safe(key)}#${version}` : safe(key);
  const start = `${at}  ${safe(context)}  ${String(place).padStart(6)}  ${safe(type)}  ${of}  `;
  const room = look.width - widthOf(start);
  const rest = room < 8 ? '' : cut(jsonText(data), room);
  const plain = cut(start.trimEnd(), look.width);
  if (rest === '') return plain;
  return `${start.replace(safe(type), paint(look, 'bold', safe(type)))}${paint(look, 'dim', rest)}`;
}
