// What an @EventsHandler may rely on: what it writes through db happens once, and no neighbour makes it act again. And how a service ends.
import { Injectable, Logger, Module } from '@nestjs/common';
import { Command, CommandHandler, EventsHandler, ofType, Saga, type ICommandHandler } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { map, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import {
  Aggregate,
  currentDuty,
  DomainError,
  Event,
  EventSourcedAggregate,
  When,
  type AggregateStore,
  type Duty,
  type EventContext,
} from '../core/index.js';
import type { MemoryDatabase } from '../memory/index.js';
import { InboxConsumer } from '../messaging/index.js';
import { SubscriptionRunner } from '../subscriptions/index.js';
import { aggregateToken } from './decorators/inject-aggregate.decorator.js';
import type { DurableEventHandler } from './decorators/stable-name.decorators.js';
import { EventStoreModule } from './event-store.module.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';

@Event('parcel.sent')
class ParcelSent {
  constructor(readonly to: string) {}
}

@Aggregate('parcel')
class Parcels extends EventSourcedAggregate<{ sent: number }> {
  state = { sent: 0 };

  send(to: readonly string[]): void {
    for (const one of to) this.raise(new ParcelSent(one));
  }

  @When(ParcelSent)
  protected sent(): void {
    this.state = { sent: this.state.sent + 1 };
  }
}

const mails: string[] = [];
const duties = new Map<string, Duty>();
const rows = (db: unknown) => (db as MemoryDatabase).table<string>('parcels').all();

@EventsHandler(ParcelSent)
class Postman implements DurableEventHandler<ParcelSent> {
  handle({ to }: ParcelSent, { eventId }: EventContext, db: MemoryDatabase): void {
    mails.push(to);
    duties.set('event', currentDuty());
    db.table<string>('parcels').set(eventId, to);
    if (to === 'nobody') throw new Error('returned to sender');
  }
}

class Thank extends Command<void> {
  constructor(readonly to: string) {
    super();
  }
}

class NotThankable extends DomainError {
  readonly code = 'not-thankable';
}

@CommandHandler(Thank)
class ThankHandler implements ICommandHandler<Thank> {
  execute({ to }: Thank): Promise<void> {
    duties.set('command', currentDuty());
    return to === 'thief' ? Promise.reject(new NotThankable('A thief is not thanked.')) : Promise.resolve();
  }
}

@Injectable()
class Gratitude {
  @Saga()
  thank = (events$: Observable<object>) =>
    events$.pipe(
      ofType(ParcelSent),
      map(({ to }) => new Thank(to)),
    );
}

@Module({
  imports: [EventStoreModule.forFeature({ aggregates: [Parcels] })],
  providers: [Postman, ThankHandler, Gratitude],
})
class PostModule {}

describe('event handlers', () => {
  let app: TestingModule;
  let runtime: EventStoreRuntime;
  let infos: unknown[];
  const send = (...to: string[]) =>
    app.get<AggregateStore<Parcels>>(aggregateToken(Parcels)).create(to.join('-'), (parcels) => parcels.send(to));

  beforeEach(async () => {
    mails.length = 0;
    duties.clear();
    infos = [];
    for (const level of ['warn', 'error'] as const)
      vi.spyOn(Logger.prototype, level).mockImplementation(() => undefined);
    vi.spyOn(Logger.prototype, 'log').mockImplementation((message: unknown) => void infos.push(message));
    const testing = EventStoreModule.forTesting({ retry: { maxAttempts: 2, firstDelayMs: 1, maxDelayMs: 2 } });
    app = await Test.createTestingModule({ imports: [testing, PostModule] }).compile();
    await app.init();
    runtime = app.get(EVENT_STORE_RUNTIME);
  });

  afterEach(async () => {
    await app.close();
    vi.restoreAllMocks();
  });

  it('act once outside the database although another record of the same append fails', async () => {
    await send('ann', 'bob', 'nobody');
    await eventually(async () => expect(await runtime.parking.list({ name: 'Postman' })).toHaveLength(1));
    await eventually(() => expect(mails).toEqual(['ann', 'bob', 'nobody', 'nobody']));
  });

  it('get the database handle of their checkpoint: what they write through it is gone when they fail', async () => {
    await send('ann', 'nobody');
    await eventually(async () =>
      expect(await runtime.parking.list({ name: 'Postman', status: 'parked' })).toHaveLength(1),
    );
    const written = await runtime.unitOfWork.run(({ db }) => Promise.resolve(rows(db)));
    expect(written).toEqual(['ann']);
  });

  it('hold connections of handlers, as those of commands that were sent do: projections and processes never miss one that hangs', async () => {
    await send('ann');
    await eventually(() =>
      expect([...duties]).toEqual(
        expect.arrayContaining([
          ['event', 'handlers'],
          ['command', 'handlers'],
        ]),
      ),
    );
  });

  it('a rejection of a command that a saga sent is told in the log', async () => {
    await send('thief');
    await eventually(() =>
      expect(infos).toContainEqual(
        expect.objectContaining({ msg: 'Thank was rejected: A thief is not thanked.', code: 'not-thankable' }),
      ),
    );
    expect(await runtime.parking.list({ name: 'command-dispatch' })).toEqual([]);
  });

  it('shutdown lets inbox and subscriptions drain side by side', async () => {
    let release: () => void = () => undefined;
    vi.spyOn(InboxConsumer.prototype, 'stop').mockImplementationOnce(
      () => new Promise((resolve) => (release = resolve)),
    );
    const stop = vi.spyOn(SubscriptionRunner.prototype, 'stop');
    const closed = app.close();
    await eventually(() => expect(stop).toHaveBeenCalled());
    release();
    await closed;
  });
});
