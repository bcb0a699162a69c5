// `es parked replay` and `es parked discard`: one message, or all that a filter names; recorded with who did it and why.
import { userInfo } from 'node:os';
import { Argument, Command } from 'commander';
import { integrationDecoder } from '../../../libs/event-store/src/messaging/index.js';
import {
  discardParked,
  discardUnreadable,
  formatRef,
  replayParked,
  replayUnreadable,
  type OperatedContext,
  type ReasonedOrder,
  type ParkedOutcome,
  type ParkedRef,
} from '../../../libs/event-store/src/operations/index.js';
import { sentence } from '../arguments.js';
import { factsOf } from '../contexts.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { addFilterOptions, changeMany, filterOf, isFilter, type ManyOptions } from './parked-change-many.js';
import { reference, withReferenced } from '../references.js';
import { safe } from '../terminal.js';
import { absentSentence } from './parked-show.js';
import { changeManyUnreadable } from './unreadable-change-many.js';

interface ChangeOptions {
  readonly reason?: string;
  readonly actor?: string;
  readonly dryRun?: true;
}

/** What is told, and under which word in JSON. */
interface Told {
  readonly outcome: string;
  readonly text: string;
}

type Perform = (context: OperatedContext, ref: ParkedRef, order: ReasonedOrder) => Promise<Told>;

export function parkedReplayCommand(io: Io): Command {
  const command = changing(io, new Command('replay'), 'replay', replay)
    .description(
      'Has a parked record tried again now, and those behind it after it, in order; or all that a filter names. Doing it twice changes nothing.',
    )
    .option('--reason <text>', 'why, for the record (required, but with --dry-run)', sentence);
  return examples(
    command,
    'parked replay order-service/order-summary/events/17 --dry-run',
    `parked replay order-service/unreadable/3 --reason 'this build knows the type'`,
    'parked replay --subscription checkout --reason-code ES-1504 --since 1h --dry-run',
    `parked replay --unreadable --reason-code unknown-type --reason 'this build knows the type'`,
  );
}

export function parkedDiscardCommand(io: Io): Command {
  const command = changing(io, new Command('discard'), 'discard', discard)
    .description(
      'Gives a parked record up, or all that a filter names; those behind it go on without it. The record itself stays where it is.',
    )
    .requiredOption('--reason <text>', 'why, for the record', sentence);
  return examples(
    command,
    `parked discard order-service/order-summary/events/17 --reason 'test order, deleted by hand'`,
    `parked discard --key order-0198c0de-7a11-7000-8000-000000000001 --reason 'test order' --yes`,
  );
}

function changing(io: Io, command: Command, change: 'replay' | 'discard', perform: Perform): Command {
  return addFilterOptions(command)
    .addArgument(new Argument('[message]', 'as `parked list` names it').argParser(reference))
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--actor <name>', 'who does it (default: the user of the operating system)', sentence)
    .action(async (ref: ParkedRef | undefined, _options, self: Command) => {
      const options = self.optsWithGlobals<ChangeOptions & ManyOptions & CommonOptions>();
      const { reason, dryRun = false, actor = `os-user:${userInfo().username}` } = options;
      if ((ref !== undefined) === isFilter(filterOf(options)))
        throw new EsError(
          'Expected either a message, as `parked list` names it, or a filter: --key, --subscription, --log, --type, --reason-code, --since or --before, with --unreadable or without.',
          2,
        );
      if (reason === undefined && !dryRun) throw new EsError(`Say why, for the record: --reason '…'.`, 2);
      const many = options.unreadable ? changeManyUnreadable : changeMany;
      if (!ref) return many(io, options, { actor, reason, dryRun, change });
      const order = { actor, reason: reason ?? '', dryRun }; // a dry run has no record
      await withReferenced(io, options, ref, async (context) => {
        const { outcome, text } = await perform(context, ref, order);
        const prefix = dryRun ? 'Dry run, nothing is changed: ' : '';
        if (options.json) outJson(io, { ref: formatRef(ref), outcome, dryRun, text });
        else io.out(prefix + text);
      });
    });
}

const replay: Perform = async (context, ref, order) => {
  const name = safe(formatRef(ref));
  if (ref.kind === 'record') {
    const done = await replayParked(context, ref, order);
    return told(
      context,
      ref,
      done,
      (behind) => `${name} is due now${behind > 0 ? `; ${behind} behind it follow in order` : ''}.`,
    );
  }
  const decoder = integrationDecoder((await factsOf(ref.context)).consumes);
  const result = await replayUnreadable(context, ref, { ...order, decoder });
  switch (result.outcome) {
    case 'done': {
      const where = result.duplicate ? 'was in the inbox already' : 'goes into the inbox, behind what has come since';
      return { outcome: 'done', text: `${name} can be read: ${safe(result.type)} ${safe(result.id)} ${where}.` };
    }
    case 'unreadable-still':
      throw new EsError(
        `${name} cannot be read with the contracts of this build either: ${safe(result.reasonCode)}: ${safe(result.detail)} ` +
          'Have the sender publish it again as it should be, then discard this one.',
      );
    case 'resolved-already':
      return { outcome: result.outcome, text: `${name} was ${result.resolution} before; nothing is to be done.` };
    case 'absent':
    default:
      return absent(context, ref);
  }
};

const discard: Perform = async (context, ref, order) => {
  const name = safe(formatRef(ref));
  if (ref.kind === 'record') {
    const done = await discardParked(context, ref, order);
    return told(
      context,
      ref,
      done,
      (behind) => `${name} is given up${behind > 0 ? `; ${behind} behind it go on` : ''}.`,
    );
  }
  const result = await discardUnreadable(context, ref, order);
  if (result.outcome === 'absent') return absent(context, ref);
  if (result.outcome === 'resolved-already')
    return { outcome: result.outcome, text: `${name} was ${result.resolution} before; nothing is to be done.` };
  return { outcome: 'done', text: `${name} is given up. The message is kept as it came, and listed no more.` };
};

async function told(
  context: OperatedContext,
  ref: ParkedRef,
  result: ParkedOutcome,
  done: (behind: number) => string,
): Promise<Told> {
  if (result.outcome === 'done') return { outcome: 'done', text: done(result.behind) };
  if (result.outcome === 'absent') return absent(context, ref);
  const { status, dueAt } = result;
  const name = safe(formatRef(ref));
  if (status === 'waiting') {
    const when = dueAt ? `, next at ${dueAt.toISOString()}` : '';
    return { outcome: 'not-parked', text: `${name} is not parked: it is being tried again by itself${when}.` };
  }
  return {
    outcome: 'not-parked',
    text: `${name} is not parked: it stands behind another of its key, and follows that one.`,
  };
}

async function absent(context: OperatedContext, ref: ParkedRef): Promise<never> {
  throw new EsError(absentSentence(ref, await context.operations.of(formatRef(ref))));
}
