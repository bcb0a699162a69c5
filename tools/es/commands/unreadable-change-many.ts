// `es parked replay` and `discard` with `--unreadable`: all messages a filter names that nobody could read, in the order they came.
import { integrationDecoder } from '../../../libs/event-store/src/messaging/index.js';
import {
  changeMatchingUnreadable,
  type ManyOrder,
  type ManyUnreadableChanged,
  type MatchingUnreadable,
  type OperatedContext,
} from '../../../libs/event-store/src/operations/index.js';
import { factsOf } from '../contexts.js';
import { EsError } from '../errors.js';
import { outJson, type Io } from '../io.js';
import type { CommonOptions } from '../options.js';
import { withContexts } from '../session.js';
import { safe } from '../terminal.js';
import { agreed, reasonsText, type ManyOptions } from './parked-change-many.js';

type Changed = ManyUnreadableChanged & { readonly context: string };

export async function changeManyUnreadable(
  io: Io,
  options: ManyOptions & CommonOptions,
  order: Omit<ManyOrder, 'limit'>,
): Promise<void> {
  const { key, type, reasonCode, since, before, subscription, log, limit, yes = false, json } = options;
  if (subscription !== undefined || log !== undefined)
    throw new EsError(
      'An unreadable message has reached no subscription: name it by --key, --type, --reason-code, --since or --before.',
      2,
    );
  const filter: MatchingUnreadable = { key, type, reasonCode, since, before };
  const changeAll = (contexts: readonly OperatedContext[], dryRun: boolean) =>
    Promise.all(
      contexts.map(async (context): Promise<Changed> => {
        const decoder = integrationDecoder((await factsOf(context.name)).consumes);
        const changed = await changeMatchingUnreadable(context, filter, { ...order, decoder, limit, dryRun });
        return { context: context.name, ...changed };
      }),
    );
  await withContexts(io, options, async (contexts) => {
    const planned = await changeAll(contexts, true);
    const total = planned.reduce((sum, { matched }) => sum + matched, 0);
    const plans = planned.map(
      (one) =>
        `${safe(one.context)}: ${one.matched} unreadable to ${order.change}${reasonsText(one.byReason)}.${stillText(one)}`,
    );
    if (!order.dryRun && total > 0 && !yes && !(await agreed(io, plans))) return;
    const done = order.dryRun || total === 0 ? planned : await changeAll(contexts, false);
    if (json) return outJson(io, { change: order.change, unreadable: true, dryRun: order.dryRun, contexts: done });
    for (const one of done) io.out(sentenceOf(one, order));
  });
}

function sentenceOf(one: Changed, { change, dryRun }: Pick<ManyOrder, 'change' | 'dryRun'>): string {
  const { context, matched, changed, byReason } = one;
  const name = safe(context);
  if (matched === 0) return `${name}: nothing that is unreadable matches.`;
  const still = stillOf(one);
  const [done, would] = change === 'replay' ? ['in the inbox', 'go into the inbox'] : ['given up', 'be given up'];
  const reasons = reasonsText(byReason);
  if (dryRun)
    return `Dry run, nothing is changed: ${name}: ${matched - still} of ${matched} would ${would}${reasons}.${stillText(one)}`;
  const others = matched - changed - still;
  const less = others > 0 ? ` (${others} were dealt with by somebody else meanwhile)` : '';
  return `${name}: ${changed} of ${matched} ${changed === 1 ? 'is' : 'are'} ${done}${less}${reasons}.${stillText(one)}`;
}

function stillOf({ unreadableStill }: Changed): number {
  return Object.values(unreadableStill).reduce((sum, count) => sum + count, 0);
}

function stillText(one: Changed): string {
  if (stillOf(one) === 0) return '';
  const counts = Object.entries(one.unreadableStill).map(([code, count]) => `${count} ${safe(code)}`);
  return ` Not readable with the contracts of this build either: ${counts.join(', ')}.`;
}
