// `es parked replay` and `discard` by filter: says how many it is about before it changes them.
import { Option, type Command } from 'commander';
import {
  changeMatching,
  type ManyChanged,
  type ManyOrder,
  type MatchingFilter,
  type OperatedContext,
} from '../../../libs/event-store/src/operations/index.js';
import { since, wholeNumber } from '../arguments.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import type { CommonOptions } from '../options.js';
import { withContexts } from '../session.js';
import { safe } from '../terminal.js';

export interface ManyOptions extends MatchingFilter {
  readonly limit: number;
  readonly yes?: true;
  readonly unreadable?: true;
}

type Changed = ManyChanged & { readonly context: string };

const MOST = 10_000;

export function addFilterOptions(command: Command): Command {
  return command
    .option('--key <key>', 'all of this key: a stream, or the key of a message')
    .option('--subscription <name>', 'all of this subscription')
    .addOption(new Option('--log <log>', 'all of this log').choices(['events', 'inbound', 'outgoing']))
    .option('--type <type>', 'all of this type of record (order.placed)')
    .option('--reason-code <code>', 'all whose reason begins with it (ES-1504, TypeError)')
    .option('--since <time>', 'all set aside since then: 1h, or 2026-11-21T10:00:00Z', since)
    .option('--before <time>', 'all set aside before then', since)
    .option('--unreadable', 'messages nobody could read, in the order they came, instead of parked ones')
    .option('--limit <n>', 'how many at most of each context', wholeNumber(1, MOST), MOST)
    .option('--yes', 'do not ask');
}

export function filterOf({
  key,
  subscription,
  log,
  type,
  reasonCode,
  since: from,
  before,
}: ManyOptions): MatchingFilter {
  return { key, subscription, log, type, reasonCode, since: from, before };
}

export function isFilter(filter: MatchingFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}

export async function changeMany(
  io: Io,
  options: ManyOptions & CommonOptions,
  order: Omit<ManyOrder, 'limit'>,
): Promise<void> {
  const filter = filterOf(options);
  const { limit, yes = false, json } = options;
  const changeAll = (contexts: readonly OperatedContext[], dryRun: boolean) =>
    Promise.all(
      contexts.map(async (context): Promise<Changed> => {
        return { context: context.name, ...(await changeMatching(context, filter, { ...order, limit, dryRun })) };
      }),
    );
  await withContexts(io, options, async (contexts) => {
    const planned = await changeAll(contexts, true);
    const total = planned.reduce((sum, { matched }) => sum + matched, 0);
    const plans = planned.map(
      ({ context, matched, behind, byReason }) =>
        `${safe(context)}: ${matched} to ${order.change}, ${behind} behind them${reasonsText(byReason)}.`,
    );
    if (!order.dryRun && total > 0 && !yes && !(await agreed(io, plans))) return;
    const done = order.dryRun || total === 0 ? planned : await changeAll(contexts, false);
    if (json) return outJson(io, { change: order.change, dryRun: order.dryRun, contexts: done });
    const unreadable = await Promise.all(contexts.map((context) => countUnreadable(context, filter)));
    done.forEach((one, index) => io.out(sentenceOf(one, order) + unreadableText(unreadable[index]!)));
  });
}

/** What the same filter would name among the messages that nobody could read. Those have reached no subscription, and so no log. */
async function countUnreadable({ parked }: OperatedContext, filter: MatchingFilter): Promise<number> {
  const { subscription, log, ...rest } = filter;
  if (subscription !== undefined || log !== undefined) return 0;
  return (await parked.unreadable({ ...rest, limit: MOST })).length;
}

function unreadableText(count: number): string {
  if (count === 0) return '';
  const [messages, them] = count === 1 ? ['message matches', 'it'] : ['messages match', 'them'];
  return ` ${count} unreadable ${messages}: name ${them} by --unreadable.`;
}

/** Shows `plans`, one a line, before it asks. */
export async function agreed(io: Io, plans: readonly string[]): Promise<boolean> {
  for (const plan of plans) io.note(plan);
  if (!io.confirm) throw new EsError(`Nothing is changed. Expected --yes, because nobody is there to be asked.`, 2);
  if (await io.confirm(`Go on?`)) return true;
  io.note('Nothing is changed.');
  return false;
}

function sentenceOf(
  { context, matched, changed, behind, byReason }: Changed,
  { change, dryRun }: Pick<ManyOrder, 'change' | 'dryRun'>,
): string {
  const name = safe(context);
  if (matched === 0) return `${name}: nothing that is parked matches.`;
  const [one, go] = change === 'replay' ? ['due now', 'follow in order'] : ['given up', 'go on'];
  const rest = behind > 0 ? `; ${behind} behind them ${go}` : '';
  if (dryRun) return `Dry run, nothing is changed: ${name}: ${matched} would be ${one}${rest}${reasonsText(byReason)}.`;
  const less = changed < matched ? ` (${matched - changed} were dealt with by somebody else meanwhile)` : '';
  return `${name}: ${changed} ${changed === 1 ? 'is' : 'are'} ${one}${less}${rest}${reasonsText(byReason)}.`;
}

export function reasonsText(byReason: ManyChanged['byReason']): string {
  const counts = Object.entries(byReason).map(([code, number]) => `${number} ${safe(code)}`);
  return counts.length > 0 ? `. By reason: ${counts.join(', ')}` : '';
}
