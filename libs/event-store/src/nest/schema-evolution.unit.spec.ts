// What a module declares, on rows of former schemas and on those of a newer build: every kind of subscription sees all parts, and stops, parks or skips as it says.
import { Injectable, Logger, Module } from '@nestjs/common';
import { Command, CommandHandler, EventsHandler, ofType, type ICommandHandler } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { map, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { systemIds, type AggregateStore, type EncodedEvent, type EventContext } from '../core/index.js';
import { IntegrationEvent, Publish, Publisher, topic } from '../messaging/index.js';
import { On } from '../subscriptions/index.js';
import { oldShelfRows, Shelf, ShelfRemarked, ShelfStocked } from '../testing/shelf.js';
import { aggregateToken } from './decorators/inject-aggregate.decorator.js';
import { Projection } from './decorators/projection.decorator.js';
import { DurableHandler, DurableSaga } from './decorators/stable-name.decorators.js';
import { EventStoreModule } from './event-store.module.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';
import { SubscriptionHost } from './subscription-host.js';

const seen: string[] = [];
const note = (by: string, text: string, { part }: Partial<EventContext> = {}) => seen.push(`${by} ${text} ${part}`);

@Projection('titles', { version: 1, unknown: 'park' })
class Titles {
  @On(ShelfStocked)
  stocked({ title }: ShelfStocked, context: EventContext): void {
    note('projection', title, context);
  }
}

@DurableHandler('remarks', { unknown: 'skip' })
@EventsHandler(ShelfRemarked)
class Remarks {
  handle({ remark }: ShelfRemarked, context: EventContext): void {
    note('handler', remark, context);
  }
}

@EventsHandler(ShelfRemarked)
class SilentlyRemarks {
  handle(): void {
    return;
  }
}

class Praise extends Command<void> {
  constructor(readonly title: string) {
    super();
  }
}

@CommandHandler(Praise)
class PraiseHandler implements ICommandHandler<Praise> {
  async execute({ title }: Praise): Promise<void> {
    note('command', title);
    return Promise.resolve();
  }
}

@Injectable()
class Praising {
  @DurableSaga('praising', { unknown: 'skip' })
  praise = (events$: Observable<object>) =>
    events$.pipe(
      ofType(ShelfStocked),
      map(({ title }) => new Praise(title)),
    );
}

@IntegrationEvent('house.shelf.stocked.v1')
class ShelfStockedV1 {
  constructor(readonly title: string) {}
}
const shelves = topic('house.shelf.events.v1', [ShelfStockedV1]);

@Publisher(shelves, { unknown: 'park' })
class ShelfPublisher {
  @Publish(ShelfStocked)
  stocked({ title }: ShelfStocked, context: EventContext): ShelfStockedV1 {
    note('publisher', title, context);
    return new ShelfStockedV1(title);
  }
}

@Module({
  imports: [EventStoreModule.forFeature({ aggregates: [Shelf], projections: [Titles], publishers: [ShelfPublisher] })],
  providers: [Titles, ShelfPublisher, Remarks, SilentlyRemarks, PraiseHandler, Praising],
})
class ShelfModule {}

describe('a module whose events have a past, and a future', () => {
  let app: TestingModule;
  let runtime: EventStoreRuntime;

  beforeEach(async () => {
    seen.length = 0;
    for (const level of ['warn', 'error', 'log'] as const)
      vi.spyOn(Logger.prototype, level).mockImplementation(() => undefined);
    const testing = EventStoreModule.forTesting({ retry: { maxAttempts: 1, firstDelayMs: 1, maxDelayMs: 2 } });
    app = await Test.createTestingModule({ imports: [testing, ShelfModule] }).compile();
    await app.init();
    runtime = app.get(EVENT_STORE_RUNTIME);
  });
  afterEach(async () => {
    await app.close();
    vi.restoreAllMocks();
  });

  const append = (...rows: readonly EncodedEvent[]) => {
    const events = rows.map((row) => ({ id: systemIds.next(), ...row, metadata: { correlationId: 'c' } }));
    return runtime.store.append({ stream: 'shelf-1', expected: 'any', events });
  };

  it('is handled part by part by its projections, handlers, sagas and publishers', async () => {
    await append(oldShelfRows.filled, oldShelfRows.dusted);
    await eventually(() => expect(seen).toHaveLength(7));
    expect(seen.toSorted()).toEqual([
      'command Emma undefined',
      'command Ulysses undefined',
      'handler dusty 2',
      'projection Emma 0',
      'projection Ulysses 1',
      'publisher Emma 0',
      'publisher Ulysses 1',
    ]);
    const shelf = await app.get<AggregateStore<Shelf>>(aggregateToken(Shelf)).load('1');
    expect([shelf.version, shelf.state.titles]).toEqual([2, ['Emma', 'Ulysses']]);
  });

  it('stops, parks or skips what a newer build has written, as each subscription says', async () => {
    await append({ type: 'shelf.stocked', schemaVersion: 9, data: {} });
    const stateOf = (name: string) =>
      app
        .get(SubscriptionHost)
        .statuses()
        .find((status) => status.name === name);
    await eventually(() => expect(stateOf('SilentlyRemarks')).toMatchObject({ state: 'stopped', position: 0n }));
    for (const name of ['praising', 'remarks'])
      await eventually(() => expect(stateOf(name)).toMatchObject({ position: 1n, parked: 0 }));
    for (const name of ['titles@v1', 'ShelfPublisher'])
      await eventually(() => expect(stateOf(name)).toMatchObject({ position: 1n, parked: 1 }));
    expect((await runtime.parking.list()).map(({ name }) => name).sort()).toEqual(['ShelfPublisher', 'titles@v1']);
  });
});
