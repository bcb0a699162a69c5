// `es parked list`: each with the name that show, replay and discard take.
import { Command, Option } from 'commander';
import type { ParkedMessage } from '../../../libs/event-store/src/core/index.js';
import {
  formatRef,
  type ListedParked,
  type ListedUnreadable,
  type OperatedContext,
  type ParkedCounts,
} from '../../../libs/event-store/src/operations/index.js';
import { wholeNumber } from '../arguments.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { withContexts } from '../session.js';
import { cut, paint, safe } from '../terminal.js';
import { shellWord, timeText } from '../text.js';

type Status = ParkedMessage['status'] | 'unreadable';
const STATUSES: readonly Status[] = ['waiting', 'behind', 'parked', 'unreadable'];

interface ListOptions {
  readonly status?: Status;
  readonly subscription?: string;
  readonly key?: string;
  readonly limit: number;
}

interface Listed {
  readonly context: string;
  readonly counts: ParkedCounts;
  readonly messages: readonly (ListedParked & { readonly ref: string })[];
  readonly unreadable: readonly (ListedUnreadable & { readonly ref: string })[];
}

export function parkedListCommand(io: Io): Command {
  const command = new Command('list')
    .description('Lists what is set aside. Without --status: all but those that stand behind another of their key.')
    .addOption(
      new Option(
        '--status <status>',
        'tried again later, standing behind another, parked for good, or unreadable',
      ).choices(STATUSES),
    )
    .option('--subscription <name>', 'only of this subscription')
    .option('--key <key>', 'only of this key: a stream, or the key of a message')
    .option('--limit <n>', 'how many of each context', wholeNumber(1, 10_000), 50)
    .action(async (_options, self: Command) => run(io, self.optsWithGlobals<ListOptions & CommonOptions>()));
  return examples(
    command,
    'parked list',
    'parked list --status behind --key order-0198c0de-7a11-7000-8000-000000000001',
    'parked list --json',
  );
}

async function run(io: Io, options: ListOptions & CommonOptions): Promise<void> {
  await withContexts(io, options, async (contexts) => {
    const found = await Promise.all(contexts.map((context) => list(context, options)));
    if (options.json) return outJson(io, { contexts: found });
    found.forEach((listed, index) => {
      if (index > 0) io.out('');
      print(io, listed);
    });
  });
}

async function list({ name: context, parked }: OperatedContext, options: ListOptions): Promise<Listed> {
  const { status, subscription, key, limit } = options;
  const statuses = status === undefined ? (['waiting', 'parked'] as const) : status === 'unreadable' ? [] : [status];
  const messages = statuses.length > 0 ? await parked.list({ statuses, subscription, key, limit }) : [];
  // An unreadable message has reached no subscription.
  const asked = (status ?? 'unreadable') === 'unreadable' && subscription === undefined;
  const unreadable = asked ? await parked.unreadable({ key, limit }) : [];
  return {
    context,
    counts: await parked.counts(),
    messages: messages.map((message) => {
      const { name, log, position } = message;
      return { ref: formatRef({ kind: 'record', context, subscription: { name, log }, position }), ...message };
    }),
    unreadable: unreadable.map((message) => ({
      ref: formatRef({ kind: 'unreadable', context, id: message.id }),
      ...message,
    })),
  };
}

function print(io: Io, { context, counts, messages, unreadable }: Listed): void {
  const { look } = io;
  const line = (indent: string, text: string) => io.out(indent + cut(safe(text), look.width - indent.length));
  const totals = STATUSES.map((status) => `${counts[status]} ${status}`).join(', ');
  io.out(`${paint(look, 'bold', safe(context))}  ${totals}`);
  for (const { ref, status, attempts, behind, type, key, parkedAt, dueAt, reason } of messages) {
    const tries = status === 'behind' ? '' : ` after ${attempts} attempt${attempts === 1 ? '' : 's'}`;
    const next = status === 'waiting' && dueAt ? `, next ${timeText(dueAt)}` : '';
    const others = behind > 0 ? `, ${behind} behind it` : '';
    io.out(`\n  ${paint(look, status === 'parked' ? 'red' : 'yellow', shellWord(safe(ref)))}`);
    line('    ', `${status}${tries}${next}${others}; since ${timeText(parkedAt)}`);
    line('    ', `${type}  key ${key}`);
    if (reason !== '') line('    ', reason);
  }
  for (const { ref, topic, partition, offset, key, receivedAt, reasonCode, detail, bytes } of unreadable) {
    io.out(`\n  ${paint(look, 'red', shellWord(safe(ref)))}`);
    line('    ', `unreadable since ${timeText(receivedAt)}; ${bytes} bytes`);
    line('    ', `topic ${topic}  partition ${partition}  offset ${offset}${key === null ? '' : `  key ${key}`}`);
    line('    ', `${reasonCode}: ${detail}`);
  }
}
