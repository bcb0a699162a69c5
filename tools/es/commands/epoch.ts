// `es epoch renew`: after a restore or failover, says that the data have been compared and lets the subscriptions go on.
import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { EpochRenewal } from '../../../libs/event-store/src/postgres/operations/index.js';
import { sentence } from '../arguments.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { withContexts } from '../session.js';
import { paint, safe } from '../terminal.js';

interface EpochOptions extends CommonOptions {
  readonly reason?: string;
  readonly actor?: string;
  readonly adoptCheckpoints?: true;
  readonly dryRun?: true;
}

export function epochCommand(io: Io): Command {
  const renew = new Command('renew')
    .description(
      'Begins a new epoch of the logs on the server as it is. For after a restore or failover, once the data have been compared: stop the service first, ' +
        "start it afterwards. Needs the URL of the service's role, and one context at a time.",
    )
    .option(
      '--adopt-checkpoints',
      'subscriptions go on where they stand; those beyond the end of their log, which are listed, at its end. Without it they stay stopped',
    )
    .option('--reason <text>', 'why, for the record (required)', sentence)
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--actor <name>', 'who does it (default: the user of the operating system)', sentence)
    .action(async (_options, self: Command) => run(io, self.optsWithGlobals<EpochOptions>()));
  return new Command('epoch')
    .description('The life of the logs that checkpoints belong to.')
    .addCommand(
      examples(
        renew,
        'epoch renew --context order-service --adopt-checkpoints --dry-run',
        `epoch renew --context order-service --adopt-checkpoints --reason 'restored from the backup of 3:00, compared with the broker'`,
      ),
    );
}

async function run(io: Io, options: EpochOptions): Promise<void> {
  const { reason, dryRun = false, adoptCheckpoints = false, actor = `os-user:${userInfo().username}`, json } = options;
  if (reason === undefined && !dryRun) throw new EsError("Say why, for the record: epoch renew --reason '…'.", 2);
  await withContexts(
    io,
    options,
    async (contexts) => {
      const [context, another] = contexts;
      if (another) throw new EsError('Data are compared one context at a time. Add --context.', 2);
      const order = { adoptCheckpoints, actor, reason: reason ?? '' };
      const plan = await context!.renewEpoch({ ...order, dryRun: true });
      if (!json) for (const line of beyondLines(plan, adoptCheckpoints)) io.out(paint(io.look, 'yellow', line));
      const result = dryRun ? plan : await context!.renewEpoch({ ...order, dryRun: false });
      if (result.outcome === 'busy')
        throw new EsError(
          `Somebody is appending to ${safe(context!.name)}, so the end of its logs is not known. Stop the service first.`,
        );
      const text = sentenceOf(context!.name, result, adoptCheckpoints);
      if (json) outJson(io, { context: context!.name, dryRun, adoptCheckpoints, ...result, text });
      else io.out((dryRun ? 'Dry run, nothing is changed: ' : '') + safe(text));
    },
    'service',
  );
}

function beyondLines({ beyond }: EpochRenewal, adopts: boolean): string[] {
  const then = adopts ? 'it goes on from there' : 'it stays stopped';
  return beyond.map(({ name, log, position, end }) =>
    safe(`${name} is at position ${position} of ${log}, which ends at ${end}: ${then}.`),
  );
}

function sentenceOf(context: string, { outcome, epoch, subscriptions }: EpochRenewal, adopts: boolean): string {
  if (outcome === 'needless')
    return `The logs of ${context} are of this server, and every checkpoint belongs to them; nothing is to be done.`;
  const one = subscriptions === 1;
  const goOn = one ? 'goes on from where it stands' : 'go on from where they stand';
  const then = adopts ? goOn : one ? 'stays stopped' : 'stay stopped';
  return `A new epoch of the logs of ${context} begins${epoch === undefined ? '' : `, ${epoch}`}; ${subscriptions} subscription${one ? '' : 's'} ${then}.`;
}
