// `es show <stream>`: its events, as they are or as they were.
import { Command } from 'commander';
import type { StoredEvent } from '../../../libs/event-store/src/core/index.js';
import { findStream, readStreamAt, type StreamMoment } from '../../../libs/event-store/src/operations/index.js';
import { moment } from '../arguments.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { withContexts } from '../session.js';
import { cut, paint, prettyData, safe } from '../terminal.js';
import { metadataText, timeText } from '../text.js';

const INDENT = '   ';

interface ShowOptions {
  readonly at?: StreamMoment;
}

export function showCommand(io: Io): Command {
  const command = new Command('show')
    .description('Shows every event of a stream, in whichever context it is.')
    .argument('<stream>', 'its name, as `streams` prints it (order-0198…)')
    .option('--at <version|time>', 'as it was at a version (3) or a time (2026-11-21T10:00:00Z)', moment)
    .action(async (stream: string, _options, self: Command) =>
      run(io, stream, self.optsWithGlobals<ShowOptions & CommonOptions>()),
    );
  return examples(
    command,
    'show order-0198c0de-7a11-7000-8000-000000000001',
    'show order-0198c0de-7a11-7000-8000-000000000001 --at 1 --json',
  );
}

async function run(io: Io, stream: string, options: ShowOptions & CommonOptions): Promise<void> {
  await withContexts(io, options, async (contexts) => {
    const found = await findStream(contexts, stream);
    const names = contexts.map(({ name }) => name).join(' and ');
    const [context] = found;
    if (!context) {
      throw new EsError(
        `There is no stream ${safe(stream)} in ${names}. Expected <category>-<id>; \`npm run -s es -- streams\` lists those there are.`,
      );
    }
    if (found.length > 1) {
      const both = found.map(({ name }) => name).join(' and ');
      throw new EsError(`${both} have a stream ${safe(stream)} each. Say which: --context ${context.name}.`, 2);
    }
    const version = await context.events.streamVersion(stream);
    const events: StoredEvent[] = [];
    if (!options.json) io.out(headline(io, stream, context.name, version));
    let shown = 0;
    for await (const event of readStreamAt(context, stream, options.at)) {
      if (io.signal.aborted) return;
      shown += 1;
      if (options.json) events.push(event);
      else for (const line of eventLines(io, event)) io.out(line);
    }
    if (options.json) return outJson(io, { context: context.name, stream, version, events });
    if (shown === 0) io.out('Nothing had happened at that time.');
    else if (shown < version) io.out(paint(io.look, 'dim', `As it was at version ${shown} of ${version}.`));
  });
}

function headline({ look }: Io, stream: string, context: string, version: number): string {
  return `${paint(look, 'bold', safe(stream))}  ${safe(context)}  version ${version}\n`;
}

function eventLines({ look }: Io, event: StoredEvent): string[] {
  const { version, type, schemaVersion, position, occurredAt, metadata, data } = event;
  const width = look.width - INDENT.length;
  return [
    `${version}  ${paint(look, 'bold', safe(type))} v${schemaVersion}  ${timeText(occurredAt)}  position ${position}`,
    ...metadataText(metadata).map((line) => INDENT + paint(look, 'dim', cut(line, width))),
    ...prettyData(data, width).map((line) => INDENT + line),
    '',
  ];
}
