// `es trace <any id>`: one request through all contexts, as an indented tree.
import { Command, Option } from 'commander';
import { trace, type Trace } from '../../../libs/event-store/src/operations/index.js';
import { duration, instant } from '../arguments.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { withContexts } from '../session.js';
import { safe } from '../terminal.js';
import { timeText } from '../text.js';
import { traceLines } from '../trace-lines.js';

interface TraceOptions {
  readonly within: number;
  readonly around?: Date;
}

const DAY_MS = 86_400_000;

export function traceCommand(io: Io): Command {
  const command = new Command('trace')
    .description(
      'Follows one request through every context: command, event, saga or process, the next command. Shows ids, types and times, no data.',
    )
    .argument('<id>', 'any id of it: event, message, command, timer, stream, correlation, or what a stream is about')
    .addOption(
      new Option('--within <time>', 'how long after the id to look (30m, 24h, 7d)')
        .argParser(duration)
        .default(DAY_MS, '24h'),
    )
    .option('--around <time>', 'where to look, if the id itself does not tell (2026-11-21T10:00:00Z)', instant)
    .action(async (id: string, _options, self: Command) =>
      run(io, id, self.optsWithGlobals<TraceOptions & CommonOptions>()),
    );
  return examples(
    command,
    'trace 0198c0de-7a11-7000-8000-000000000001',
    'trace order-0198c0de-7a11-7000-8000-000000000001 --within 7d --json',
  );
}

async function run(io: Io, id: string, { within, around, ...options }: TraceOptions & CommonOptions): Promise<void> {
  await withContexts(io, options, async (contexts) => {
    const traced = await trace(contexts, id, { now: new Date(), around, withinMs: within, signal: io.signal });
    if (io.signal.aborted) return;
    if (traced.roots.length === 0) throw new EsError(nothingSentence(id, traced));
    if (options.json) return outJson(io, traced);
    for (const line of traceLines(io.look, traced)) io.out(line);
  });
}

function nothingSentence(id: string, { contexts, from, to }: Trace): string {
  return (
    `${contexts.join(' and ')} ${contexts.length === 1 ? 'knows' : 'know'} nothing of ${safe(id)} from ${timeText(from)} to ${timeText(to)}. Expected the id of an event, a message, ` +
    'a command, a timer or a stream, or a correlation id; for one that does not tell its time, say it: --around 2026-11-21T10:00:00Z.'
  );
}
