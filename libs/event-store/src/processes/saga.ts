// A durable saga: runs once per event behind a checkpoint, and what it decides is stored in the same transaction. Dispatch follows from there.
import {
  deterministicId,
  MessageContext,
  type EventMetadata,
  type EventRegistry,
  type LogName,
  type LogRecord,
} from '../core/index.js';
import type { TransactionalSubscription, UnknownPolicy } from '../subscriptions/index.js';
import { Collected } from './collected.js';
import type { EncodedCommand } from './command-registry.js';
import type { OutgoingCommand, OutgoingLog } from './outgoing-command.js';

export interface SagaOptions {
  /** Stable for ever: ids of its commands derive from it. */
  readonly name: string;
  readonly log: LogName;
  /** Default `now`: a saga deployed today does not act on history. */
  readonly start?: TransactionalSubscription['start'];
  readonly unknown?: UnknownPolicy | undefined;
  /** The commands that answer one event; see `collectSaga` for Nest's sagas. */
  readonly run: (event: object) => Promise<readonly object[]>;
  readonly registry: EventRegistry;
  readonly outgoing: OutgoingLog;
  readonly encodeCommand: (command: object) => EncodedCommand;
}

/**
 * Records of types the registry does not know are passed over. Ids of commands count over all events that a record is. A saga says only by its
 * answer which events are for it, and most are not: it decides before a unit of work is open, which is for what it has decided.
 */
export function sagaSubscription(options: SagaOptions): TransactionalSubscription {
  const { name, log, start = 'now', run, registry, encodeCommand, unknown } = options;
  const outgoing = new Collected<OutgoingCommand>((commands) => options.outgoing.append(commands));
  const decided = new WeakMap<LogRecord, readonly object[]>();
  const decide = async (record: LogRecord): Promise<readonly object[]> => {
    const context = new MessageContext({ ...metadataOf(name, record), seed: deterministicId(name, record.id) });
    const events = registry.decodeAll(record);
    return MessageContext.run(context, async () => {
      const answers: object[] = [];
      for (const event of events) answers.push(...(await run(event)));
      return answers;
    });
  };
  return {
    delivery: 'transactional',
    name,
    log,
    start,
    wants: (record) => registry.knows(record.type),
    unreadable: (record) => registry.unreadable(record),
    unknown,
    async concerns(record) {
      const commands = await decide(record);
      decided.set(record, commands);
      return commands.length > 0;
    },
    async handle(record, transaction) {
      const commands = decided.get(record) ?? (await decide(record)); // again where it was set aside
      const metadata = metadataOf(name, record);
      outgoing.add(
        transaction,
        commands.map((command, index) => ({
          id: deterministicId(name, record.id, index),
          key: `${name}/${record.key}`,
          ...encodeCommand(command),
          metadata,
        })),
      );
    },
    conclude: (transaction) => outgoing.write(transaction),
  };
}

function metadataOf(name: string, record: LogRecord): EventMetadata {
  const { correlationId } = record.metadata;
  const traceparent = MessageContext.current()?.traceparent ?? record.metadata.traceparent;
  return { correlationId, causationId: record.id, actor: `saga:${name}`, ...(traceparent && { traceparent }) };
}
