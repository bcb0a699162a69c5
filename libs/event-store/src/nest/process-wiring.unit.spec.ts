// What only the whole wiring shows of process managers: a rejection outlives the handler's change of mind, and health hears of the timers.
import { Injectable, Logger, Module, type Type } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Aggregate, DomainError, Event, EventSourcedAggregate, UnavailableError, When } from '../core/index.js';
import { OnRejection, Process, ProcessManager, StartsWith } from '../processes/index.js';
import { ManualClock } from '../testing/manual-clock.js';
import { aggregateToken } from './decorators/inject-aggregate.decorator.js';
import { EventStoreModule } from './event-store.module.js';
import type { FeatureOptions } from './feature.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';
import { SubscriptionHost } from './subscription-host.js';

@Event('parcel.sent')
class ParcelSent {}

@Aggregate('parcel')
class Parcel extends EventSourcedAggregate<object> {
  state = {};
  post(): void {
    this.raise(new ParcelSent());
  }
  @When(ParcelSent)
  protected posted(): void {}
}

class Insure extends Command<void> {
  constructor(readonly parcelId: string) {
    super();
  }
}

class Uninsurable extends DomainError {
  readonly code = 'PARCEL-1';
}

/** Rejects the first time, with an error that nobody records. */
@Injectable()
@CommandHandler(Insure)
class InsureHandler implements ICommandHandler<Insure> {
  static executed = 0;
  async execute(): Promise<void> {
    InsureHandler.executed += 1;
    if (InsureHandler.executed === 1) throw new Uninsurable('Not today.');
  }
}

@ProcessManager('delivery')
class Delivery extends Process<{ refused: string }> {
  state = { refused: '' };
  @StartsWith(ParcelSent)
  sent(): void {
    this.send(new Insure(this.id));
  }
  @OnRejection(Insure)
  refused(_command: Insure, { code }: { code: string }): void {
    this.state = { refused: code };
  }
}

async function boot(clock: ManualClock, options: FeatureOptions = {}, providers: Type<object>[] = [InsureHandler]) {
  const feature = { aggregates: [Parcel], processes: [Delivery], ...options };
  @Module({ imports: [EventStoreModule.forFeature(feature)], providers })
  class PostModule {}
  const app = await Test.createTestingModule({
    imports: [EventStoreModule.forTesting({ clock }), PostModule],
  }).compile();
  await app.init();
  return app;
}

describe('the wiring of process managers', () => {
  let clock: ManualClock;
  let app: TestingModule | undefined;

  beforeEach(() => {
    Logger.overrideLogger(false);
    InsureHandler.executed = 0;
    clock = new ManualClock();
  });
  afterEach(() => app?.close());

  it('does not execute a command again whose process was told that it is rejected', async () => {
    app = await boot(clock);
    const runtime = app.get<EventStoreRuntime>(EVENT_STORE_RUNTIME);
    const signal = runtime.processes.signal.bind(runtime.processes);
    const run = runtime.unitOfWork.run.bind(runtime.unitOfWork);
    let isTold = false;
    runtime.processes.signal = (told) => {
      isTold = true;
      return signal(told);
    };
    runtime.unitOfWork.run = async (work) => {
      const result = await run(work);
      if (!isTold) return result;
      runtime.unitOfWork.run = run;
      throw new UnavailableError('PostgreSQL'); // after the commit: the dispatch comes again
    };
    await app.get(aggregateToken(Parcel)).create('7', (parcel: Parcel) => parcel.post());
    const statusOf = () =>
      app!
        .get(SubscriptionHost)
        .statuses()
        .find(({ name }) => name === 'command-dispatch');
    await clock.until(() => statusOf()?.handled === 1, 60_000);
    const { unitOfWork, processes } = runtime;
    const row = () => unitOfWork.run(async () => (await processes.lock('delivery', ['7'], new Set())).get('7'));
    await clock.until(async () => (await row())?.state !== undefined && 'refused' in (await row())!.state, 60_000);
    expect(InsureHandler.executed).toBe(1);
    expect((await row())?.state).toEqual({ refused: 'PARCEL-1' });
  });

  it('tells health of the timers, where there are process managers', async () => {
    app = await boot(clock);
    expect(app.get(SubscriptionHost).timers()).toEqual([{ name: 'timers', state: 'running', stalledMs: undefined }]);
    const runtime = app.get<EventStoreRuntime>(EVENT_STORE_RUNTIME);
    const fireDue = runtime.processes.fireDue.bind(runtime.processes);
    let answer = (): void => undefined;
    runtime.processes.fireDue = async (limit) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return fireDue(limit);
    };
    const unwell = () => app!.get(SubscriptionHost).unwell();
    await clock.until(() => unwell().length > 0, 120_000);
    expect(unwell()).toEqual([expect.stringMatching(/^timers without progress for \d+ s$/)]);
    runtime.processes.fireDue = fireDue;
    answer();
    await clock.until(() => unwell().length === 0, 5_000);
    await app.close();
    app = await boot(clock, { processes: [] });
    expect(app.get(SubscriptionHost).timers()).toEqual([]);
  });

  it('refuses a reaction that is a field', async () => {
    @ProcessManager('fielded')
    class Overridden extends Delivery {
      override sent = (): void => undefined;
    }
    const refusal = await boot(clock, { processes: [Overridden] }).catch((error: unknown) => error);
    app = undefined;
    expect(String(refusal)).toMatch(/Overridden\.sent is a field\. A reaction is a method/);
  });
});
