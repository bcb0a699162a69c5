// Handlers that load and save by themselves while another writer is faster, on the whole wiring.
import { Inject, Module } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  Aggregate,
  ConfigurationError,
  Event,
  EventSourcedAggregate,
  MessageContext,
  outsideTransaction,
  TooManyConflictsError,
  When,
  WrongExpectedVersionError,
  type AggregateStore,
} from '../core/index.js';
import { CommandBus } from './command-bus.js';
import { aggregateToken, InjectAggregate } from './decorators/inject-aggregate.decorator.js';
import { RetryOnConflict } from './decorators/retry-on-conflict.decorator.js';
import { EventStoreModule } from './event-store.module.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';

@Event('tally.raised')
class TallyRaised {}

@Aggregate('tally')
class Tally extends EventSourcedAggregate<{ count: number }> {
  state = { count: 0 };

  increment(): void {
    this.raise(new TallyRaised());
  }

  @When(TallyRaised)
  protected raised(): void {
    this.state = { count: this.state.count + 1 };
  }
}

class RaiseTwo extends Command<void> {
  constructor(
    readonly first: string,
    readonly second: string,
  ) {
    super();
  }
}

class RaiseBoth extends Command<void> {
  constructor(
    readonly first: string,
    readonly second: string,
  ) {
    super();
  }
}

class RaiseOnce extends Command<void> {
  constructor(readonly id: string) {
    super();
  }
}

/** How often somebody else is first, from now on. */
let interruptions = 0;
let runs = 0;

abstract class Raising {
  constructor(protected readonly tallies: AggregateStore<Tally>) {}

  protected async raise(id: string): Promise<void> {
    const tally = await this.tallies.load(id);
    if (interruptions > 0) {
      interruptions -= 1;
      // Somebody else, who has nothing to do with the command, is first.
      await MessageContext.run(new MessageContext({ correlationId: 'other' }), () =>
        this.tallies.update(id, (other) => other.increment()),
      );
    }
    tally.increment();
    await this.tallies.save(tally);
  }
}

@RetryOnConflict({ attempts: 3 })
@CommandHandler(RaiseTwo)
class RaiseTwoHandler extends Raising implements ICommandHandler<RaiseTwo> {
  constructor(@InjectAggregate(Tally) tallies: AggregateStore<Tally>) {
    super(tallies);
  }

  async execute({ first, second }: RaiseTwo): Promise<void> {
    runs += 1;
    for (const id of [first, second]) await this.raise(id);
  }
}

// #region both
@RetryOnConflict()
@CommandHandler(RaiseBoth)
class RaiseBothHandler implements ICommandHandler<RaiseBoth> {
  constructor(
    @InjectAggregate(Tally) private readonly tallies: AggregateStore<Tally>,
    @Inject(EVENT_STORE_RUNTIME) private readonly runtime: EventStoreRuntime,
  ) {}

  async execute({ first, second }: RaiseBoth): Promise<void> {
    await this.runtime.unitOfWork.run(async () => {
      await this.tallies.update(first, (tally) => tally.increment());
      await this.tallies.update(second, (tally) => tally.increment());
    });
  }
}
// #endregion both

@CommandHandler(RaiseOnce)
class RaiseOnceHandler extends Raising implements ICommandHandler<RaiseOnce> {
  constructor(@InjectAggregate(Tally) tallies: AggregateStore<Tally>) {
    super(tallies);
  }

  async execute({ id }: RaiseOnce): Promise<void> {
    runs += 1;
    await this.raise(id);
  }
}

@Module({
  imports: [EventStoreModule.forFeature({ aggregates: [Tally] })],
  providers: [RaiseTwoHandler, RaiseBothHandler, RaiseOnceHandler],
})
class TallyModule {}

describe('a command whose handler is to be run again after a conflict', () => {
  let app: TestingModule;
  let bus: CommandBus;
  let tallies: AggregateStore<Tally>;

  beforeEach(async () => {
    [interruptions, runs] = [0, 0];
    app = await Test.createTestingModule({ imports: [EventStoreModule.forTesting(), TallyModule] }).compile();
    await app.init();
    bus = app.get(CommandBus);
    tallies = app.get<AggregateStore<Tally>>(aggregateToken(Tally), { strict: false });
    for (const id of ['a', 'b']) await tallies.create(id, (tally) => tally.increment());
  });
  afterEach(() => app.close());

  const count = async (id: string): Promise<number> => (await tallies.load(id)).state.count;

  it('decides again on fresh state', async () => {
    interruptions = 1;
    await bus.execute(new RaiseTwo('a', 'b'));
    expect(runs).toBe(2);
    expect([await count('a'), await count('b')]).toEqual([3, 2]); // the other writer's, and its own
  });

  it('keeps nothing of an attempt that lost its second race, where both are decided in one unit of work', async () => {
    const update = tallies.update.bind(tallies);
    const states: number[] = [];
    const interrupting = vi.spyOn(tallies, 'update').mockImplementation(async (id, decide, options) =>
      update(
        id,
        async (tally) => {
          states.push(tally.state.count);
          if (states.length === 2) {
            const other = new MessageContext({ correlationId: 'other' });
            await MessageContext.run(other, () => outsideTransaction(() => update('b', (one) => one.increment())));
          }
          await decide(tally);
        },
        options,
      ),
    );
    await bus.execute(new RaiseBoth('a', 'b'));
    interrupting.mockRestore();
    expect(states).toEqual([1, 1, 1, 2]);
    expect([await count('a'), await count('b')]).toEqual([2, 3]);
  });

  it('gives up after as many attempts as it says, naming the stream', async () => {
    interruptions = Infinity;
    const failure = await bus.execute(new RaiseTwo('a', 'b')).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TooManyConflictsError);
    expect((failure as Error).message).toContain('tally-a');
    expect(runs).toBe(3);
  });

  it('is run once where nothing is declared: the caller gets the conflict', async () => {
    interruptions = 1;
    await expect(bus.execute(new RaiseOnce('a'))).rejects.toBeInstanceOf(WrongExpectedVersionError);
    expect(runs).toBe(1);
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot be run %d times', (attempts) => {
    expect(() => RetryOnConflict({ attempts })).toThrow(ConfigurationError);
  });
});
