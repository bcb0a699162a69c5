// `es projections pause` and `resume`: keeps every service from working on a read model, and lets them again.
import { userInfo } from 'node:os';
import { Argument, Command } from 'commander';
import {
  pauseProjection,
  resumeProjection,
  type PauseOutcome,
} from '../../../libs/event-store/src/operations/index.js';
import { projectionName, sentence } from '../arguments.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { withVersion, type ProjectionName } from '../projections.js';
import { safe } from '../terminal.js';

interface ChangeOptions extends CommonOptions {
  readonly reason?: string;
  readonly actor?: string;
  readonly dryRun?: true;
}

export function projectionsPauseCommand(io: Io): Command {
  const command = changing(io, new Command('pause'), 'paused', pauseProjection)
    .description(
      'Takes a projection out of every service until it is resumed: what is open on it rolls back, and its rows stay as they are.',
    )
    .option('--reason <text>', 'why, for the record (required)', sentence);
  return examples(command, `projections pause order-summary --reason 'its index is being built'`);
}

export function projectionsResumeCommand(io: Io): Command {
  const command = changing(io, new Command('resume'), 'resumed', resumeProjection)
    .description(
      'Lets the services work on a paused projection again. It goes on from its checkpoint, within a second or so.',
    )
    .option('--reason <text>', 'why, for the record (required)', sentence);
  return examples(command, `projections resume order-summary@v2 --reason 'the index is there'`);
}

/** `done`: what the projection is afterwards. */
function changing(
  io: Io,
  command: Command,
  done: 'paused' | 'resumed',
  perform: typeof resumeProjection | typeof pauseProjection,
): Command {
  return command
    .addArgument(
      new Argument('<projection>', 'as `projections list` names it, or without its version').argParser(projectionName),
    )
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--actor <name>', 'who does it (default: the user of the operating system)', sentence)
    .action(async (wanted: ProjectionName, _options, self: Command) => {
      const options = self.optsWithGlobals<ChangeOptions>();
      await withVersion(io, options, wanted, async (context, projection) => {
        const { reason, dryRun = false, actor = `os-user:${userInfo().username}` } = options;
        // A projection that is not there is said before a reason that is missing: whoever mistyped it needs no reason.
        const lacksReason = reason === undefined && !dryRun;
        const order = { actor, reason: reason ?? '', dryRun: dryRun || lacksReason };
        const result: PauseOutcome = await perform(context, projection, order);
        const which = `${projection.name}@v${projection.version}`;
        if (result.outcome === 'absent') throw new EsError(`${safe(which)} has never run on this database.`);
        if (lacksReason)
          throw new EsError(`Say why, for the record: ${command.name()} ${safe(which)} --reason '…'.`, 2);
        const { outcome, position } = result;
        const text =
          outcome === 'done'
            ? `${which} is ${done} at position ${position}.`
            : `${which} was ${done} before; nothing is to be done.`;
        if (options.json) outJson(io, { projection: which, outcome, dryRun, position, text });
        else io.out((dryRun ? 'Dry run, nothing is changed: ' : '') + safe(text));
      });
    });
}
