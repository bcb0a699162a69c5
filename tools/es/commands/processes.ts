// `es processes`: process managers that do not go on, why, and what an operator may do: have what is parked tried again, or the steps taken back.
import { userInfo } from 'node:os';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import {
  compensateProcess,
  duration as durationText,
  processSubject,
  retryProcess,
  stuckProcesses,
  type StuckProcess,
} from '../../../libs/event-store/src/operations/index.js';
import type { OpenContext } from '../../../libs/event-store/src/postgres/operations/index.js';
import { NotCompensableError } from '../../../libs/event-store/src/processes/index.js';
import { duration, sentence, wholeNumber } from '../arguments.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { knownLines, operationText, statusText, stuckLines } from '../process-lines.js';
import { withContexts } from '../session.js';
import { cut, paint, safe } from '../terminal.js';
import { timeText } from '../text.js';

interface ProcessRef {
  readonly process: string;
  readonly id: string;
}

type OrderOptions = { readonly reason: string; readonly dryRun?: boolean; readonly actor?: string } & CommonOptions;

const orderOf = ({ reason, dryRun = false, actor = `os-user:${userInfo().username}` }: OrderOptions) => ({
  actor,
  reason,
  dryRun,
});

const DAY_MS = 86_400_000;

export function processesCommand(io: Io): Command {
  return new Command('processes')
    .description('Process managers that do not go on, and why; retry them, or take them back.')
    .addCommand(listCommand(io))
    .addCommand(showCommand(io))
    .addCommand(retryCommand(io))
    .addCommand(compensateCommand(io));
}

function listCommand(io: Io): Command {
  const command = new Command('list')
    .description(
      'Lists processes that do not go on: something is set aside for them, a command of theirs is parked, one that takes a step back was refused, a timer is late, or nothing would wake them.',
    )
    .addOption(
      new Option('--idle <time>', 'how long one may run that nothing would wake (30m, 24h, 7d)')
        .argParser(duration)
        .default(DAY_MS, '24h'),
    )
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
          for (const one of stuck) for (const text of stuckLines(io.look, one)) io.out(text);
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
        for (const text of knownLines(shown.known)) line(text);
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
      const options = self.optsWithGlobals<OrderOptions>();
      await withProcess(io, options, named, async (context, ref) => {
        const { dryRun = false } = options;
        const done = await retryProcess(context, ref, orderOf(options));
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

function compensateCommand(io: Io): Command {
  const command = new Command('compensate')
    .description(
      'Has a process take back its steps now, the last one first, and end. Whoever runs it does so, whatever is parked of it; its state is not looked at.',
    )
    .addArgument(processArgument())
    .requiredOption('--reason <text>', 'why, for the record and for the commands that take it back', sentence)
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--actor <name>', 'who does it (default: the user of the operating system)', sentence)
    .action(async (named: ProcessRef, _options, self: Command) => {
      const options = self.optsWithGlobals<OrderOptions>();
      const missing = () => new NotCompensableError(named.process, named.id, 'there is none');
      await withProcess(
        io,
        options,
        named,
        async (context, ref) => {
          const { dryRun = false } = options;
          const done = await compensateProcess(context, ref, orderOf(options));
          if (options.json) return outJson(io, { context: context.name, ...ref, dryRun, ...done });
          const sends = done.sends.length > 0 ? done.sends.join(', ') : 'nothing, no step of it can be undone';
          const name = safe(`${ref.process}/${ref.id}`);
          const behind =
            done.behind.length > 0 ? `; behind ${done.behind.join(', ')}, which is parked or tried again` : '';
          if (dryRun) io.out(`Dry run, nothing is changed: ${name} would end, and send: ${safe(sends + behind)}.`);
          else io.out(`${name} is told to end, and to send: ${safe(sends + behind)}.`);
        },
        missing,
      );
    });
  return examples(
    command,
    `processes compensate trip/0198c0de-7a11-7000-8000-000000000001 --reason 'the airline went bankrupt' --dry-run`,
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
  missing = (names: string): Error =>
    new EsError(
      `There is no process ${safe(`${ref.process}/${ref.id}`)} in ${names}, and nothing waits for its start.`,
    ),
): Promise<void> {
  await withContexts(io, options, async (contexts) => {
    for (const context of contexts) {
      const { processes } = context;
      const known = await processes.find(ref);
      if (known) return work(context, { process: known.process, id: known.id });
      if ((await processes.setAside(1, ref)).length > 0) return work(context, ref);
    }
    throw missing(contexts.map(({ name }) => name).join(' and '));
  });
}

function stuckIn(
  { processes }: OpenContext,
  { idle: idleMs, limit }: { idle: number; limit: number },
): Promise<StuckProcess[]> {
  return stuckProcesses(processes, { now: new Date(), idleMs, limit });
}
