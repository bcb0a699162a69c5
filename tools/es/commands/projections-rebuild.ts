// `es projections rebuild`: fills a new version beside the one that serves and switches; or the rows of one stream.
import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { Argument, Command, Option } from 'commander';
import {
  cancelRebuild,
  duration,
  listProjections,
  rebuildProjection,
  rebuildStream,
  type RebuildOutcome,
} from '../../../libs/event-store/src/operations/index.js';
import { readModelTables } from '../../../libs/event-store/src/postgres/operations/index.js';
import { projectionName, sentence, wholeNumber } from '../arguments.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { BuildProgress } from '../build-progress.js';
import { withProjection, type Chosen, type ProjectionName } from '../projections.js';
import { safe } from '../terminal.js';

interface RebuildCommandOptions extends CommonOptions {
  readonly stream?: string;
  readonly cancel?: true;
  readonly fromScratch?: true;
  readonly batch: number;
  readonly reason?: string;
  readonly actor?: string;
  readonly dryRun?: true;
}

/** What is told, and in JSON beside it. */
interface Told {
  readonly text: string;
  readonly outcome: string;
  readonly [field: string]: unknown;
}

export function projectionsRebuildCommand(io: Io): Command {
  const command = new Command('rebuild')
    .description(
      'Fills the version of a projection that this checkout has, while another one serves, and lets it serve once it is level. ' +
        'Only this projection runs. Stopped or killed, the same command goes on from where it was.',
    )
    .addArgument(new Argument('<projection>', 'one of this build').argParser(projectionName))
    .addOption(
      new Option('--stream <stream>', 'only the rows of this stream, in the version that serves').conflicts([
        'cancel',
        'fromScratch',
      ]),
    )
    .addOption(
      new Option('--cancel', 'take out what was built of a version that has never served').conflicts('fromScratch'),
    )
    .option('--from-scratch', 'take it out, and begin anew')
    .option('--batch <n>', 'events in one transaction', wholeNumber(1, 5_000), 1_000)
    .option('--reason <text>', 'why, for the record (required)', sentence)
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--actor <name>', 'who does it (default: the user of the operating system)', sentence)
    .action(async (wanted: ProjectionName, _options, self: Command) => {
      const options = self.optsWithGlobals<RebuildCommandOptions>();
      await withProjection(io, options, wanted, 'service', async (chosen) => {
        const projection = nameOf(chosen);
        if (options.reason === undefined && !options.dryRun)
          throw new EsError(`Say why, for the record: rebuild ${safe(projection)} --reason '…'.`, 2);
        const { text, outcome, ...fields } = await perform(io, chosen, options);
        if (options.json) outJson(io, { projection, outcome, ...fields, text });
        else io.out(safe((options.dryRun ? 'Dry run, nothing is changed: ' : '') + text));
        if (outcome === 'stopped') throw new EsError('Stopped before it was done.');
      });
    });
  return examples(
    command,
    'projections rebuild order-summary --dry-run',
    `projections rebuild order-summary --reason 'ahead of the deploy'`,
    `projections rebuild order-summary --cancel --reason 'the deploy is off'`,
    `projections rebuild order-summary --stream order-0198c0de-7a11-7000-8000-000000000001 --reason 'a row was changed by hand'`,
  );
}

async function perform(io: Io, chosen: Chosen, options: RebuildCommandOptions): Promise<Told> {
  const { context, projection, inboundTypes } = chosen;
  const { reason, dryRun = false, actor = `os-user:${userInfo().username}`, stream, cancel, fromScratch } = options;
  const owner = `es/${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
  const order = { projection, inboundTypes, tables: readModelTables(projection), owner, actor, reason, dryRun };
  if (stream !== undefined) {
    const { events, deleted } = await rebuildStream(context, { ...order, stream });
    const text = `${nameOf(chosen)}: the rows of ${stream} are built again from ${events} events; ${deleted} were deleted before.`;
    return { outcome: 'done', stream, events, deleted, text };
  }
  if (cancel || (fromScratch && !dryRun)) {
    const rows = await cancelRebuild(context, order);
    if (cancel)
      return { outcome: 'cancelled', rows, text: `${nameOf(chosen)} is taken out; ${rows} rows were deleted.` };
  }
  if (dryRun) return plan(chosen);
  const line = new BuildProgress(io, () => context.clock.now().getTime());
  const what = nameOf(chosen);
  const outcome = await rebuildProjection(context, {
    ...order,
    signal: io.signal,
    batchSize: options.batch,
    progress: (progress) => line.step({ what, ...progress }),
  }).finally(() => line.end());
  return told(chosen, outcome);
}

async function plan(chosen: Chosen): Promise<Told> {
  const { context, projection } = chosen;
  const known = (await listProjections(context, [projection])).find(
    ({ name, version }) => name === projection.name && version === projection.version,
  );
  const { state = 'new', places = [] } = known ?? {};
  const end = (await context.facts.endOf('events', 0)).last;
  const position = places.find(({ log }) => log === 'events')?.cursor.position ?? 0n;
  const text =
    state === 'serving'
      ? `${nameOf(chosen)} serves already; nothing is to be done.`
      : `${nameOf(chosen)} is ${state}: it would read the events from position ${position} to ${end}, and serve.`;
  return { outcome: 'planned', state, position, end, text };
}

function told(chosen: Chosen, result: RebuildOutcome): Told {
  const name = nameOf(chosen);
  switch (result.outcome) {
    case 'switched': {
      const { handled, tookMs, position } = result;
      const speed = Math.round(handled / Math.max(tookMs / 1_000, 0.001));
      const text = `${name} serves since position ${position}: ${handled} events in ${duration(tookMs)}, ${speed} a second. Deploy the build that reads it.`;
      return { ...result, perSecond: speed, text };
    }
    case 'serving-already':
      return { ...result, text: `${name} serves already; nothing is to be done. To build it anew, raise its version.` };
    case 'stopped':
      return { ...result, text: `${name} is kept as far as it is. The same command goes on; --cancel takes it out.` };
    case 'set-aside':
    default:
      throw new EsError(
        `${name} has read everything, but ${result.records} records could not be handled, so it does not serve. See \`parked list --subscription ${name}\`; ` +
          'mend the cause, replay them (or discard them with a reason), and run this again.',
      );
  }
}

function nameOf({ projection: { name, version } }: Chosen): string {
  return `${name}@v${version}`;
}
