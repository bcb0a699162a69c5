import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  Event,
  EventRegistry,
  systemClock,
  UnavailableError,
  UnknownEventTypeError,
  type LogRecord,
} from '../core/index.js';
import { MemoryBroker } from '../memory/memory-broker.js';
import { oldShelfRows, ShelfRemarked, ShelfStocked } from '../testing/shelf.js';
import type { BrokerMessage } from './broker.js';
import { HeldBackError, MessageTooLargeError } from './errors.js';
import { IntegrationEvent } from './integration-event.js';
import { relaySubscription, type RelayOptions } from './publisher-relay.js';

@Event('order.placed')
class OrderPlaced {
  constructor(readonly total: number) {}
}
@Event('order.noted')
class OrderNoted {}
@IntegrationEvent('shop.order.placed.v1')
class OrderPlacedV1 {
  constructor(
    readonly orderId: string,
    readonly total: number,
    readonly padding?: string,
  ) {}
}

const TOPIC = 'shop.order.events.v1';
const registry = new EventRegistry().register(OrderPlaced, OrderNoted);

function record(position: number, stream: string, over: Partial<LogRecord> = {}): LogRecord {
  return {
    position: BigInt(position),
    id: `event-${position}`,
    key: stream,
    version: position,
    type: 'order.placed',
    schemaVersion: 1,
    data: { total: position },
    metadata: { correlationId: 'c' },
    time: new Date(0),
    ...over,
  };
}

/** A broker that remembers what it was asked to publish. */
class Watched extends MemoryBroker {
  readonly sent: (readonly BrokerMessage[])[] = [];
  refuse: readonly { index: number; error: unknown }[] = [];
  override async publish(messages: readonly BrokerMessage[]) {
    const refused = await super.publish(messages);
    this.sent.push(messages);
    return [...refused, ...this.refuse];
  }
  get orders(): string[] {
    return this.sent.flat().map(({ value }) => (JSON.parse(value.toString()) as OrderPlacedV1).total.toString());
  }
}

async function setUp(over: Partial<RelayOptions> = {}) {
  const broker = new Watched({ clock: systemClock });
  await broker.ensureTopics([{ name: TOPIC, partitions: 3 }]);
  const relay = relaySubscription({
    name: 'order-publisher',
    topic: TOPIC,
    source: '/order-service',
    publish: new Map([
      [
        OrderPlaced,
        (event: OrderPlaced, { stream }) => (event.total < 0 ? undefined : new OrderPlacedV1(stream.id, event.total)),
      ],
    ]),
    key: (_event, { stream }) => stream.id,
    registry,
    broker,
    ...over,
  });
  return { broker, relay };
}

describe('relaySubscription', () => {
  it('reads the events from the beginning, 500 at a time, and wants only what it publishes', async () => {
    const { relay } = await setUp();
    expect(relay).toMatchObject({ delivery: 'batch', log: 'events', start: 'beginning', batchSize: 500 });
    expect(relay.wants(record(1, 'order-1'))).toBe(true);
    expect(relay.wants(record(1, 'order-1', { type: 'order.noted' }))).toBe(false);
  });

  it('publishes a batch in one send, in order, each domain event as at most one message', async () => {
    const { broker, relay } = await setUp();
    const failures = await relay.handleBatch([
      record(1, 'order-a'),
      record(2, 'order-b', { data: { total: -1 } }),
      record(3, 'order-a'),
    ]);
    expect(failures).toEqual([]);
    expect(broker.sent).toHaveLength(1);
    expect(broker.orders).toEqual(['1', '3']);
    expect(broker.sent[0]!.map(({ key }) => key)).toEqual(['a', 'a']);
  });

  it('sends nothing when there is nothing to say', async () => {
    const { broker, relay } = await setUp();
    expect(await relay.handleBatch([record(1, 'order-a', { data: { total: -1 } })])).toEqual([]);
    expect(broker.sent).toEqual([]);
  });

  it('sends the same bytes when the batch comes again', async () => {
    const { broker, relay } = await setUp();
    await relay.handleBatch([record(1, 'order-a')]);
    await relay.handleBatch([record(1, 'order-a')]);
    expect(broker.sent[0]).toEqual(broker.sent[1]);
  });

  it('rejects when the broker cannot be reached, so that the same batch comes again', async () => {
    const { broker, relay } = await setUp();
    broker.unavailable(true);
    await expect(relay.handleBatch([record(1, 'order-a')])).rejects.toThrow(UnavailableError);
  });

  it('fails a record that this build cannot read, with its successors of the same stream, and sends the others', async () => {
    const { broker, relay } = await setUp();
    const failures = await relay.handleBatch([
      record(1, 'order-a'),
      record(2, 'order-a', { schemaVersion: 9 }),
      record(3, 'order-b'),
      record(4, 'order-a'),
    ]);
    expect(failures).toEqual([
      { position: 2n, error: expect.any(UnknownEventTypeError) as Error },
      { position: 4n, error: expect.any(HeldBackError) as Error },
    ]);
    expect(broker.orders).toEqual(['1', '3']);
  });

  it('publishes each event that a row is today as a message with an id of its own, the same whenever it comes again', async () => {
    const publish = new Map([[ShelfStocked, ({ title }: ShelfStocked) => new OrderPlacedV1(title, 1)]]);
    const { broker, relay } = await setUp({
      publish,
      registry: new EventRegistry().register(ShelfStocked, ShelfRemarked),
    });
    const { filled } = oldShelfRows;
    expect(relay.wants(record(1, 'shelf-1', filled))).toBe(true);
    broker.refuse = [
      { index: 0, error: new Error('planned') },
      { index: 1, error: new Error('planned') },
    ];
    expect(await relay.handleBatch([record(1, 'shelf-1', filled)])).toMatchObject([{ position: 1n }]);
    broker.refuse = [];
    expect(await relay.handleBatch([record(1, 'shelf-1', filled)])).toEqual([]);
    const ids = broker.sent.map((batch) => batch.map(({ headers }) => headers.ce_id));
    expect(new Set(ids[0]).size).toBe(2);
    expect(ids[1]).toEqual(ids[0]);
  });

  it('fails a message that is too large before it is sent', async () => {
    const publish = new Map([
      [OrderPlaced, ({ total }: OrderPlaced) => new OrderPlacedV1('a', total, total === 1 ? 'x'.repeat(2 ** 20) : '')],
    ]);
    const { broker, relay } = await setUp({ publish });
    const failures = await relay.handleBatch([record(1, 'order-a'), record(2, 'order-a'), record(3, 'order-b')]);
    expect(failures).toEqual([
      { position: 1n, error: expect.any(MessageTooLargeError) as Error },
      { position: 2n, error: expect.any(HeldBackError) as Error },
    ]);
    expect(broker.orders).toEqual(['3']);
  });

  it.each<[string, () => object | undefined]>([
    [
      'throws',
      () => {
        throw new Error('planned by the test');
      },
    ],
    ['gives the private event', () => new OrderPlaced(1)],
    ['gives a plain object', () => ({ total: 1 })],
    ['gives a promise', () => Promise.resolve(new OrderPlacedV1('a', 1))],
    ['gives null', () => null as unknown as object],
  ])('fails a record whose mapping %s', async (_what, map) => {
    const { broker, relay } = await setUp({ publish: new Map([[OrderPlaced, map]]) });
    expect(await relay.handleBatch([record(1, 'order-a')])).toEqual([
      { position: 1n, error: expect.any(Error) as Error },
    ]);
    expect(broker.sent).toEqual([]);
  });

  it('reports what the broker refused, with the successors of the same stream', async () => {
    const { broker, relay } = await setUp();
    const error = new Error('refused by the broker');
    broker.refuse = [{ index: 1, error }];
    const failures = await relay.handleBatch([
      record(1, 'order-a'),
      record(2, 'order-b'),
      record(3, 'order-a'),
      record(4, 'order-b'),
    ]);
    expect(failures).toEqual([
      { position: 2n, error },
      { position: 4n, error: expect.any(HeldBackError) as Error },
    ]);
  });

  it('refuses a class that is not an event of this service', async () => {
    await expect(setUp({ publish: new Map([[Date, () => undefined]]) })).rejects.toThrow(ConfigurationError);
  });
});
