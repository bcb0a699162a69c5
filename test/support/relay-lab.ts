// Two services without Nest: one appends events and publishes them, the other stores what arrives. Which broker is between them may change.
import { IsString } from 'class-validator';
import { Event, EventRegistry, systemClock, systemIds, type LogRecord } from '../../libs/event-store/src/core/index.js';
import {
  InboxConsumer,
  IntegrationEvent,
  integrationDecoder,
  relaySubscription,
  topic,
  type Broker,
} from '../../libs/event-store/src/messaging/index.js';
import {
  eventsTable,
  inboundTable,
  PostgresCheckpointStore,
  PostgresInboundLog,
  PostgresParkingStore,
  PostgresSettledLog,
} from '../../libs/event-store/src/postgres/index.js';
import { LiveTail, silentLogger, SubscriptionRunner } from '../../libs/event-store/src/subscriptions/index.js';
import { openTestStore, type TestStore } from './event-store-database.js';

@Event('note.written')
export class NoteWritten {
  constructor(readonly text: string) {}
}

@IntegrationEvent('lab.note.written.v1')
class NoteWrittenV1 {
  @IsString() readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const notes = topic('lab.note.events.v1', [NoteWrittenV1], { partitions: 3 });
export const PUBLISHER = 'note-publisher';
export const GROUP = 'reader-service';

/** An event's text whose message has a text of this length: more than any event may have. */
export function growingTo(bytes: number): string {
  return `grow to ${bytes}`;
}

function grown(text: string): string {
  const [, bytes] = /^grow to (\d+)$/.exec(text) ?? [];
  return bytes === undefined ? text : 'x'.repeat(Number(bytes));
}

export class RelayLab {
  private constructor(
    readonly sender: TestStore,
    readonly receiver: TestStore,
  ) {}

  static async open(): Promise<RelayLab> {
    return new RelayLab(...(await Promise.all([openTestStore(), openTestStore()])));
  }

  async append(stream: string, ...texts: readonly string[]): Promise<void> {
    const events = texts.map((text) => ({
      id: systemIds.next(),
      type: 'note.written',
      schemaVersion: 1,
      data: { text },
      metadata: { correlationId: 'c' },
    }));
    await this.sender.store.append({ stream, expected: 'any', events });
  }

  get parking(): PostgresParkingStore {
    return new PostgresParkingStore(this.sender.database);
  }

  /** Starts the sending service on this broker; call what is returned to stop it. */
  async publishOn(broker: Broker): Promise<() => Promise<void>> {
    await broker.start();
    await broker.ensureTopics([{ name: notes.topic, partitions: notes.partitions }]);
    const log = openLog(this.sender, eventsTable);
    const tail = new LiveTail(log, systemClock, { pollMs: 50 });
    const { sender } = this;
    const runner = new SubscriptionRunner({
      definition: relaySubscription({
        name: PUBLISHER,
        topic: notes.topic,
        source: '/note-service',
        publish: new Map([[NoteWritten, ({ text }: NoteWritten) => new NoteWrittenV1(grown(text))]]),
        key: (_event, { stream }) => stream.id,
        registry: new EventRegistry().register(NoteWritten),
        broker,
      }),
      tail,
      checkpoints: new PostgresCheckpointStore(sender.database),
      parking: this.parking,
      unitOfWork: sender.unitOfWork,
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
      owner: 'note-service',
      pollMs: 50,
    });
    runner.start();
    return async () => {
      await runner.stop();
      tail.close();
      await log.close();
    };
  }

  /** Starts the receiving service on this broker; call what is returned to stop it. */
  async storeFrom(broker: Broker): Promise<() => Promise<void>> {
    await broker.start();
    await broker.ensureTopics([{ name: notes.topic, partitions: notes.partitions }]);
    const inbound = new PostgresInboundLog(this.receiver.database);
    const inbox = new InboxConsumer({ broker, inbound, decoder: integrationDecoder([notes]), group: GROUP });
    await inbox.start();
    return () => inbox.stop();
  }

  /** Texts by key, in the order in which they were stored. */
  async received(): Promise<Record<string, string[]>> {
    const log = openLog(this.receiver, inboundTable);
    try {
      const found: Record<string, string[]> = {};
      const records: readonly LogRecord[] = await log.read(await log.beginning(), 10_000);
      for (const { key, data } of records) (found[key] ??= []).push((data as NoteWrittenV1).text);
      return found;
    } finally {
      await log.close();
    }
  }

  /** How far the relay is, and how far it could be. */
  async relayed(): Promise<{ readonly position: bigint; readonly end: bigint }> {
    const positions = await new PostgresCheckpointStore(this.sender.database).positions('events', [PUBLISHER]);
    const log = openLog(this.sender, eventsTable);
    try {
      return { position: positions.get(PUBLISHER) ?? 0n, end: (await log.head()).position };
    } finally {
      await log.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.sender.close(), this.receiver.close()]);
  }
}

function openLog(store: TestStore, table: typeof eventsTable): PostgresSettledLog {
  return new PostgresSettledLog({ connection: { url: store.url, applicationName: 'relay-lab' }, table });
}
