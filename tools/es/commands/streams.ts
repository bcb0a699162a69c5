// `es streams`: which streams there are, those written to last first.
import { Command } from 'commander';
import {
  EVENTS_PER_LOOK,
  type StreamsPage,
  type StreamSummary,
} from '../../../libs/event-store/src/operations/index.js';
import { position, wholeNumber } from '../arguments.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { DEFAULT_DATA, examples, type CommonOptions } from '../options.js';
import { withContexts } from '../session.js';
import { table, type Column } from '../table.js';
import { paint, safe } from '../terminal.js';
import { shellWord, timeText } from '../text.js';

interface StreamsOptions {
  readonly category?: string;
  readonly limit: number;
  readonly after?: bigint;
}

export function streamsCommand(io: Io): Command {
  const command = new Command('streams')
    .description(
      `Lists streams, those written to last first. Looks back over ${EVENTS_PER_LOOK.toLocaleString('en')} events at a time, ` +
        'whatever the size of the store.',
    )
    .option('--category <name>', 'only streams of this category, the part before the first dash (order)')
    .option('--limit <n>', 'how many of each context', wholeNumber(1, 1_000), DEFAULT_LIMIT)
    .option('--after <position>', 'the next page: where the page before ended; needs --context', position)
    .action(async (_options, self: Command) => run(io, self.optsWithGlobals<StreamsOptions & CommonOptions>()));
  return examples(command, 'streams', 'streams --context order-service --limit 5', 'streams --category payment --json');
}

type Options = StreamsOptions & CommonOptions;

const DEFAULT_LIMIT = 20;

async function run(io: Io, options: Options): Promise<void> {
  const { category, limit, after, context: only } = options;
  if (category?.includes('-'))
    throw new EsError(`--category ${category}: a category has no dash; expected e.g. order.`, 2);
  if (after !== undefined && only === undefined && (options.databaseUrl?.length ?? 0) !== 1)
    throw new EsError('--after is a position, and each context has its own. Add --context.', 2);
  await withContexts(io, options, async (contexts) => {
    const pages = await Promise.all(
      contexts.map(async ({ name, streams }) => ({
        context: name,
        ...(await streams.newest({ category, limit, before: after })),
      })),
    );
    if (options.json) return outJson(io, { contexts: pages });
    pages.forEach((page, index) => {
      if (index > 0) io.out('');
      print(io, page, options);
    });
  });
}

const columns: readonly Column<StreamSummary>[] = [
  { title: 'STREAM', of: ({ stream }) => stream },
  { title: 'VERSION', of: ({ version }) => version, align: 'right' },
  { title: 'LAST EVENT', of: ({ lastType }) => lastType, least: 12 },
  { title: 'AT', of: ({ lastAt }) => timeText(lastAt) },
  { title: 'FIRST', of: ({ firstAt }) => timeText(firstAt), least: 10 },
];

function print(io: Io, page: StreamsPage & { readonly context: string }, options: Options): void {
  const { look } = io;
  const { context, streams, next, cutShort } = page;
  const of = options.category === undefined ? '' : ` of ${safe(options.category)}`;
  const many = streams.length === 0 ? 'no streams' : streams.length === 1 ? '1 stream' : `${streams.length} streams`;
  io.out(`${paint(look, 'bold', safe(context))}  ${many}${of}${next === undefined ? '' : ', and there may be more'}`);
  if (streams.length > 0) for (const line of table(look, columns, streams, '  ')) io.out(line);
  if (next === undefined) return;
  const looked = cutShort ? `Looked at ${EVENTS_PER_LOOK.toLocaleString('en')} events. ` : '';
  io.out(paint(look, 'dim', `  ${looked}Next page: ${nextPage(context, next, options)}`));
}

/** Ready to paste; database URLs are not repeated, for they may hold a password. */
function nextPage(context: string, next: bigint, { category, limit, data }: Options): string {
  const words = ['npm', 'run', '-s', 'es', '--', 'streams', '--context', context];
  if (category !== undefined) words.push('--category', category);
  if (limit !== DEFAULT_LIMIT) words.push('--limit', String(limit));
  if (data !== DEFAULT_DATA) words.push('--data', data);
  return [...words, '--after', String(next)].map((word) => shellWord(safe(word))).join(' ');
}
