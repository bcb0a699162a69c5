// `es processes`: process managers that do not go on, why, and having what is parked of them tried again.
import { userInfo } from 'node:os';
import { Argument, InvalidArgumentError, Command } from 'commander';
import {
  duration as durationText,
  processSubject,
  retryProcess,
  stuckProcesses,
  type RecordedOperation,
  type StuckProcess,
  type StuckReason,
} from '../../../libs/event-store/src/operations/index.js';
import type { OpenContext } from '../../../libs/event-store/src/postgres/operations/index.js';
import { duration, sentence, wholeNumber } from '../arguments.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { withContexts } from '../session.js';
import { cut, paint, safe } from '../terminal.js';
import { timeText } from '../text.js';

interface ProcessRef {
  readonly process: string;
  readonly id: string;
}

const DAY_MS = 86_400_000;

export function processesCommand(io: Io): Command {
  return new Command('processes')
    .description('Process managers that do not go on, and why.')
    .addCommand(listCommand(io))
    .addCommand(showCommand(io))
    .addCommand(retryCommand(io));
}

function listCommand(io: Io): Command {
  const command = new Command('list')
    .description(
      'Lists processes that do not go on: something is set aside for them, a command of theirs is parked, a timer is late, or nothing would wake them.',
    )
    .option('--idle <time>', 'how long one may run that nothing would wake (30m, 24h, 7d)', duration, DAY_MS)
    .option('--limit <n>', 'how many for each kind of reason', wholeNumber(1, 10_000), 50)
    .action(async (_options, self: Command) => {
      const options = self.optsWithGlobals<{ idle: number; limit: number } & CommonOptions>();
      await withContexts(io, options, async (contexts) => {
        const listed = await Promise.all(
          contexts.map(async (context) => ({ context: context.name, stuck: await stuckIn(context, options) })),
        );
        if (options.json) return outJson(io, { contexts: listed });
        for (const { context, stuck } of listed) {
          io.out(
            `${paint(io.look, 'bold', safe(context))}  ${stuck.length === 0 ? 'no process is stuck' : `${stuck.length} stuck`}`,
          );
          for (const one of stuck) print(io, one);
        }
      });
    });
  return examples(command, 'processes list', 'processes list --idle 7d --json');
}

function showCommand(io: Io): Command {
  const command = new Command('show')
    .description(
      'Shows one process: how it is, its timers, what is set aside for it, what operators did. Its state is not shown.',
    )
    .addArgument(processArgument())
    .action(async (named: ProcessRef, _options, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      await withProcess(io, options, named, async (context, ref) => {
        const { processes, operations } = context;
        const shown = {
          context: context.name,
          ...ref,
          known: await processes.find(ref),
          timers: await processes.timers(ref),
          setAside: (await processes.setAside(100, ref)).map(({ what, message }) => ({ what, ...message })),
          operations: await operations.of(processSubject(context.name, ref)),
        };
        if (options.json) return outJson(io, shown);
        const line = (text: string) => io.out(`  ${cut(safe(text), io.look.width - 2)}`);
        io.out(
          `${paint(io.look, 'bold', safe(`${ref.process}/${ref.id}`))}  ${safe(context.name)}  ${statusText(shown.known)}`,
        );
        if (shown.known && shown.known.keys.length > 0) line(`also found by ${shown.known.keys.join(', ')}`);
        for (const { name, dueAt, overdueMs } of shown.timers)
          line(`timer ${name} due ${timeText(dueAt)}${overdueMs > 0 ? `, late by ${durationText(overdueMs)}` : ''}`);
        for (const { what, name, log, position, type, status, attempts, reason } of shown.setAside)
          line(
            `${what} ${type} ${status} after ${attempts} attempts (${context.name}/${name}/${log}/${position}): ${reason}`,
          );
        for (const operation of shown.operations) line(operationText(operation));
      });
    });
  return examples(command, 'processes show checkout/0198c0de-7a11-7000-8000-000000000001');
}

function retryCommand(io: Io): Command {
  const command = new Command('retry')
    .description(
      'Has what is parked of a process tried again now: records for it, and commands it sent. Doing it twice changes nothing.',
    )
    .addArgument(processArgument())
    .requiredOption('--reason <text>', 'why, for the record', sentence)
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--actor <name>', 'who does it (default: the user of the operating system)', sentence)
    .action(async (named: ProcessRef, _options, self: Command) => {
      const options = self.optsWithGlobals<{ reason: string; dryRun?: true; actor?: string } & CommonOptions>();
      await withProcess(io, options, named, async (context, ref) => {
        const { reason, dryRun = false, actor = `os-user:${userInfo().username}` } = options;
        const done = await retryProcess(context, ref, { actor, reason, dryRun });
        const name = safe(`${ref.process}/${ref.id}`);
        if (done.replayed.length === 0) {
          const waiting = done.waiting > 0 ? ` ${done.waiting} of it is being tried again by itself.` : '';
          throw new EsError(`Nothing of ${name} is parked, so there is nothing to retry.${waiting}`);
        }
        if (options.json) return outJson(io, { context: context.name, ...ref, dryRun, ...done });
        const behind = done.behind > 0 ? `; ${done.behind} behind follow in order` : '';
        const refs = safe(done.replayed.join(', '));
        if (dryRun) io.out(`Dry run, nothing is changed: ${name}: due now would be ${refs}${behind}.`);
        else io.out(`${name}: due now: ${refs}${behind}.`);
      });
    });
  return examples(
    command,
    `processes retry checkout/0198c0de-7a11-7000-8000-000000000001 --reason 'the order has arrived'`,
  );
}

function processArgument(): Argument {
  return new Argument('<process>', '<name>/<id>, as `processes list` prints it').argParser((text): ProcessRef => {
    const [, process, id] = /^([^/]+)\/(.+)$/.exec(text) ?? [];
    if (process && id) return { process, id };
    throw new InvalidArgumentError('Expected <name>/<id>, as `processes list` prints it.');
  });
}

/** The one context that has the process, or something set aside for it; the process by its id, also where a further key of it was given. */
async function withProcess(
  io: Io,
  options: CommonOptions,
  ref: ProcessRef,
  work: (context: OpenContext, ref: ProcessRef) => Promise<void>,
): Promise<void> {
  await withContexts(io, options, async (contexts) => {
    for (const context of contexts) {
      const { processes } = context;
      const known = await processes.find(ref);
      if (known) return work(context, { process: known.process, id: known.id });
      if ((await processes.setAside(1, ref)).length > 0) return work(context, ref);
    }
    const names = contexts.map(({ name }) => name).join(' and ');
    throw new EsError(
      `There is no process ${safe(`${ref.process}/${ref.id}`)} in ${names}, and nothing waits for its start.`,
    );
  });
}

function stuckIn(
  { processes }: OpenContext,
  { idle: idleMs, limit }: { idle: number; limit: number },
): Promise<StuckProcess[]> {
  return stuckProcesses(processes, { now: new Date(), idleMs, limit });
}

function print(io: Io, { process, id, known, reasons }: StuckProcess): void {
  io.out(`\n  ${paint(io.look, 'bold', safe(`${process}/${id}`))}  ${statusText(known)}`);
  for (const reason of reasons) io.out(`    ${cut(safe(reasonText(reason)), io.look.width - 4)}`);
}

function statusText(known: StuckProcess['known']): string {
  return known ? `${known.status}, changed ${timeText(known.updatedAt)}` : 'not started';
}

function reasonText(reason: StuckReason): string {
  switch (reason.why) {
    case 'record-set-aside':
    case 'command-parked': {
      const { type, status, attempts, reason: text } = reason.message;
      const what = reason.why === 'command-parked' ? 'its command' : status === 'parked' ? 'parked:' : 'tried again:';
      return `${what} ${type}, after ${attempts} attempt${attempts === 1 ? '' : 's'}: ${text}`;
    }
    case 'timer-overdue':
      return `timer ${reason.timer.name} is late by ${durationText(reason.timer.overdueMs)}`;
    case 'idle':
    default:
      return `nothing would wake it: no timer, nothing set aside, no command on its way, for ${durationText(reason.sinceMs)}`;
  }
}

function operationText({ at, actor, action, reason }: RecordedOperation): string {
  return `${timeText(at)}  ${action} by ${actor}${reason ? `: ${reason}` : ''}`;
}
