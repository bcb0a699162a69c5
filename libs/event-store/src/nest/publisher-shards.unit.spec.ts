import { Logger, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { systemIds, type EventContext } from '../core/index.js';
import { IntegrationEvent, Publish, Publisher, topic, type ReceivedMessage } from '../messaging/index.js';
import { Shelf, ShelfStocked } from '../testing/shelf.js';
import { EventStoreModule } from './event-store.module.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';
import { SubscriptionHost } from './subscription-host.js';

@IntegrationEvent('house.shelf.stocked.v1')
class ShelfStockedV1 {
  constructor(readonly title: string) {}
}
const shelves = topic('house.shelf.events.v1', [ShelfStockedV1]);

// #region shards
@Publisher(shelves, { shards: 3 })
class ShelfPublisher {
  @Publish(ShelfStocked)
  stocked({ title }: ShelfStocked, _context: EventContext): ShelfStockedV1 {
    return new ShelfStockedV1(title);
  }
}
// #endregion shards

@Module({
  imports: [EventStoreModule.forFeature({ aggregates: [Shelf], publishers: [ShelfPublisher] })],
  providers: [ShelfPublisher],
})
class ShelfModule {}

describe('a publisher with shards', () => {
  beforeEach(() => {
    for (const level of ['warn', 'error', 'log'] as const)
      vi.spyOn(Logger.prototype, level).mockImplementation(() => undefined);
  });
  afterEach(() => vi.restoreAllMocks());

  const open = async () => {
    const app = await Test.createTestingModule({ imports: [EventStoreModule.forTesting(), ShelfModule] }).compile();
    await app.init();
    return { app, runtime: app.get<EventStoreRuntime>(EVENT_STORE_RUNTIME) };
  };

  it('publishes each stream in order, every shard with a checkpoint of its own', async () => {
    const { app, runtime } = await open();
    const received: ReceivedMessage[] = [];
    await runtime.broker.consume({
      group: 'reader',
      topics: [shelves.topic],
      handler: async (batch) => {
        received.push(...batch);
        return Promise.resolve('ack' as const);
      },
    });
    for (let number = 0; number < 20; number += 1) {
      const row = { type: 'shelf.stocked', schemaVersion: 1, data: { title: `${number}` } };
      const event = { id: systemIds.next(), ...row, metadata: { correlationId: 'c' } };
      await runtime.store.append({ stream: `shelf-${number % 5}`, expected: 'any', events: [event] });
    }
    await eventually(() => expect(received).toHaveLength(20));
    for (let shelf = 0; shelf < 5; shelf += 1) {
      const versions = received
        .filter(({ key }) => key === `${shelf}`)
        .map(({ headers }) => Number(headers['ce_streamversion']));
      expect(versions).toEqual([1, 2, 3, 4]);
    }
    const statuses = app
      .get(SubscriptionHost)
      .statuses()
      .filter(({ log }) => log === 'events');
    expect(statuses.map(({ name }) => name)).toEqual([0, 1, 2].map((index) => `ShelfPublisher/${index}-of-3`));
    expect(statuses.every(({ handled }) => handled < 20)).toBe(true);
    await eventually(async () => {
      const positions = await runtime.checkpoints.positions(
        'events',
        [0, 1, 2].map((index) => `ShelfPublisher/${index}-of-3`),
      );
      const at = [...positions.values()];
      expect(at).toEqual([20n, 20n, 20n]);
    });
    await app.close();
  });

  it.each([0, 1.5, 65])('cannot have %s of them', async (shards) => {
    @Publisher(shelves, { shards })
    class Wrong extends ShelfPublisher {}
    Publish(ShelfStocked)(Wrong.prototype, 'stocked', {});
    @Module({
      imports: [EventStoreModule.forFeature({ aggregates: [Shelf], publishers: [Wrong] })],
      providers: [Wrong],
    })
    class WrongModule {}
    const app = await Test.createTestingModule({ imports: [EventStoreModule.forTesting(), WrongModule] }).compile();
    await expect(app.init()).rejects.toThrow(/Publisher Wrong is to have .* segments. Expected a whole number/);
  });
});
