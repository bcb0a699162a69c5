// Bugs in the engines and in what plays the database, which the simulation must catch. Those in the statements for PostgreSQL are in test/mutants/mutants.ts.
import type { Breakage } from '../mutants/workshop.js';

export interface SimMutant extends Breakage {
  /** For the command line. */
  readonly key: string;
  /** One that has caught it, tried first as a fuzzer tries its corpus. Where another one does now, the table says so: write that one here. */
  readonly seed: number;
}

const STORE = 'libs/event-store/src';

export const mutants: readonly SimMutant[] = [
  {
    key: 'no-inbox',
    seed: 17,
    name: 'a message that comes again is stored again',
    file: `${STORE}/memory/memory-inbound-log.ts`,
    find: 'if (known === undefined) {',
    replace: 'if (true as boolean) {',
  },
  {
    key: 'mark-before-send',
    seed: 9,
    name: 'the relay moves its checkpoint before it sends',
    file: `${STORE}/subscriptions/delivery/batch-delivery.ts`,
    find: 'const failures = await this.call(taken);\n    if (!failures) return;\n    if (failures.size === 0',
    replace:
      'await this.session.commit(async () => items.at(-1)!.record.position);\n    const failures = await this.call(taken);\n    if (!failures) return;\n    if (failures.size === 0',
  },
  {
    key: 'two-sends',
    seed: 9,
    name: 'the relay has two sends outstanding at a time',
    file: `${STORE}/messaging/publisher-relay.ts`,
    find: '() => broker.publish(messages),',
    replace: 'async () => (await Promise.all(messages.map((message) => broker.publish([message])))).flat(),',
  },
  {
    key: 'skip-locked-relay',
    seed: 6,
    name: 'two relays at a time, each of which takes the rows that the other has not locked',
    file: `${STORE}/messaging/publisher-relay.ts`,
    find: '() => broker.publish(messages),',
    replace:
      'async () => (await Promise.all([0, 1].map((relay) => broker.publish(messages.filter((_, row) => row % 2 === relay))))).flat(),',
  },
  {
    key: 'no-fencing',
    seed: 373,
    name: 'a checkpoint is saved by whoever had the lease once',
    file: `${STORE}/memory/memory-checkpoint-store.ts`,
    find: 'fences.hold(transaction, subscriptionKeyText(lease));\n      if (!this.isOurs(transaction, lease)) {',
    replace: 'if (false as boolean) {',
  },
  {
    key: 'effect-apart',
    seed: 2,
    name: 'effect and checkpoint are two transactions',
    file: `${STORE}/subscriptions/runner/session.ts`,
    find: 'await this.options.checkpoints.save(this.lease, position);\n        complete = true;\n        return position;\n      });',
    replace:
      'complete = true;\n        return position;\n      });\n      await this.options.checkpoints.save(this.lease, this.place);',
  },
  {
    key: 'past-a-failure',
    seed: 26,
    name: 'the checkpoint passes over a record that failed',
    file: `${STORE}/subscriptions/delivery/transactional-delivery.ts`,
    find: 'plan.write().then(() => (head ? this.session.position : record.position))',
    replace: 'Promise.resolve(head ? this.session.position : record.position)',
  },
  {
    key: 'past-a-hole',
    seed: 145,
    name: 'the checkpoint of commands goes to the last one done, over others that are not',
    file: `${STORE}/subscriptions/delivery/moving-window.ts`,
    find: 'slot.done = true;',
    replace: 'slot.done = true;\n      if (slot.position > this.prefix) this.prefix = slot.position;',
  },
  {
    key: 'overtaking',
    seed: 189,
    name: 'successors of a parked record overtake it',
    file: `${STORE}/subscriptions/delivery/set-asides.ts`,
    find: 'if (this.isEmpty || keys.length === 0) return new Map();',
    replace: 'return new Map();',
  },
  {
    key: 'keys-side-by-side',
    seed: 2,
    name: 'commands of one key are executed side by side',
    file: `${STORE}/subscriptions/delivery/concurrent-delivery.ts`,
    find: 'this.queues.add(item.key, () => this.guarded(() => this.process(item, done)))',
    replace: 'this.queues.add(String(item.record.position), () => this.guarded(() => this.process(item, done)))',
  },
  {
    key: 'dispatch-apart',
    seed: 441,
    name: 'the commands of a process are stored after its unit of work, in one of their own',
    file: `${STORE}/processes/process-subscription.ts`,
    find: 'await outgoing.write(transaction);',
    replace: 'transaction.onCommit(() => void outgoing.write(transaction).catch(() => undefined));',
  },
  {
    key: 'fired-twice',
    seed: 2,
    name: 'a timer that has fired is kept',
    file: `${STORE}/memory/memory-process-store.ts`,
    find: 'database.processTimers.delete(transaction, timerId);',
    replace: '',
  },
  {
    key: 'restarted-tombstone',
    seed: 2,
    name: 'late records restart a process that is completed',
    file: `${STORE}/processes/process-turn.ts`,
    find: "const isOver = found.status === 'completed';",
    replace: 'const isOver = false as boolean;',
  },
  {
    key: 'compensation-order',
    seed: 2,
    name: 'what was done is taken back in the order in which it was done',
    file: `${STORE}/processes/process-decision.ts`,
    find: 'before.toReversed()',
    replace: 'before',
  },
  {
    key: 'rejection-untold',
    seed: 12,
    name: 'a process is not told that its command was rejected',
    file: `${STORE}/processes/command-dispatch.ts`,
    find: 'await onRejected?.(command, error);',
    replace: '',
  },
  {
    key: 'ack-before-store',
    seed: 16,
    name: 'a message is acknowledged before it is stored',
    file: `${STORE}/messaging/inbox-consumer.ts`,
    find: `      await inSpan(
        () => this.receiveSpan(batch),
        () => this.store(batch),
      );
      failpoint('inbox.afterCommitBeforeOffset');`,
    replace: '      void this.store(batch).catch(() => undefined);',
  },
  {
    key: 'decides-again',
    seed: 2,
    name: 'a command that comes again is decided again',
    file: `${STORE}/memory/memory-event-store.ts`,
    find: 'return commands.get(transaction, commandKey(command))?.outcome;',
    replace: 'return undefined;',
  },
  {
    key: 'naive-read',
    seed: 31,
    name: 'a reader takes whatever lies above its position, while lower ones are still being written',
    file: `${STORE}/memory/memory-log.ts`,
    find: 'Math.min(from + limit, this.indexAfter(firstOpen - 1n))',
    replace: 'from + limit',
  },
  {
    key: 'unfinished-retry',
    seed: 32,
    name: 'what a record that is tried again has come to is not written',
    file: `${STORE}/subscriptions/delivery/transactional-delivery.ts`,
    find: 'await this.calls.handle(item, transaction);\n          await this.calls.conclude(transaction);',
    replace: 'await this.calls.handle(item, transaction);',
  },
  {
    key: 'unfinished-unit',
    seed: 2,
    name: 'what a unit of work of several records has come to is written without the first of them',
    file: `${STORE}/processes/collected.ts`,
    find: 'await this.writeAll(items);',
    replace: 'await this.writeAll(items.length > 1 ? items.slice(1) : items);',
  },
  {
    key: 'parks-the-healthy',
    seed: 13,
    name: 'a broker that is away is taken for one that refuses each message',
    file: `${STORE}/messaging/publisher-relay.ts`,
    find: "count('failed', messages.length);\n    throw error;",
    replace:
      "return messages.map((_, index) => ({ index, error: Object.assign(error as Error, { code: 'ES-1402' }) }));",
  },
];
