import { Logger, Module } from '@nestjs/common';
import { Command, CommandHandler, EventsHandler, type ICommandHandler, type IEventHandler } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { IsInt, IsString } from 'class-validator';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  Aggregate,
  AggregateStore,
  DomainError,
  Event,
  EventSourcedAggregate,
  systemClock,
  When,
  type EventContext,
} from '../../core/index.js';
import { IntegrationEvent, Publish, Publisher, topic } from '../../messaging/index.js';
import { CommandBus } from '../../nest/command-bus.js';
import { InjectAggregate } from '../../nest/decorators/inject-aggregate.decorator.js';
import { EventStoreModule } from '../../nest/event-store.module.js';
import { OnTimer, Process, ProcessManager, StartsWith } from '../../processes/index.js';
import { On } from '../../subscriptions/index.js';
import { hours, minutes, seconds } from './durations.js';
import { EventStoreTesting } from './event-store-testing.js';
import { failureOf } from './failure-of.fixture.js';

@Event('loan.begun')
class LoanBegun {
  constructor(readonly book: string) {}
}

@Event('loan.reminded')
class LoanReminded {
  constructor(readonly times: number) {}
}

@Event('loan.ended')
class LoanEnded {}

class LoanIsOver extends DomainError {
  readonly code = 'loan-is-over';
}

@Aggregate('loan')
class Loan extends EventSourcedAggregate<{ reminded: number; over: boolean }> {
  state = { reminded: 0, over: false };

  begin(book: string): void {
    this.raise(new LoanBegun(book));
  }

  remind(): void {
    if (this.state.over) throw new LoanIsOver('It is over.');
    this.raise(new LoanReminded(this.state.reminded + 1));
  }

  end(): void {
    this.raise(new LoanEnded());
  }

  @When(LoanBegun)
  protected begun(): void {
    this.state = { reminded: 0, over: false };
  }

  @When(LoanReminded)
  protected reminds({ times }: LoanReminded): void {
    this.state = { ...this.state, reminded: times };
  }

  @When(LoanEnded)
  protected ends(): void {
    this.state = { ...this.state, over: true };
  }
}

@IntegrationEvent('house.loan.ended.v1')
class LoanEndedV1 {
  @IsString() readonly loan: string;

  constructor(loan: string) {
    this.loan = loan;
  }
}

@IntegrationEvent('desk.book.returned.v1')
class BookReturnedV1 {
  @IsString() readonly loan: string;
  @IsInt() readonly pages: number;

  constructor(loan: string, pages: number) {
    this.loan = loan;
    this.pages = pages;
  }
}

const loanEvents = topic('house.loan.events.v1', [LoanEndedV1]);
const deskEvents = topic('desk.events.v1', [BookReturnedV1]);

class BeginLoan extends Command<void> {
  constructor(
    readonly loan: string,
    readonly book: string,
  ) {
    super();
  }
}

class RemindReader extends Command<void> {
  constructor(readonly loan: string) {
    super();
  }
}

class EndLoan extends Command<void> {
  constructor(readonly loan: string) {
    super();
  }
}

@CommandHandler(BeginLoan)
class BeginLoanHandler implements ICommandHandler<BeginLoan> {
  constructor(@InjectAggregate(Loan) private readonly loans: AggregateStore<Loan>) {}

  async execute({ loan, book }: BeginLoan): Promise<void> {
    await this.loans.create(loan, (one) => one.begin(book));
  }
}

@CommandHandler(RemindReader)
class RemindReaderHandler implements ICommandHandler<RemindReader> {
  constructor(@InjectAggregate(Loan) private readonly loans: AggregateStore<Loan>) {}

  async execute({ loan }: RemindReader): Promise<void> {
    await this.loans.update(loan, (one) => one.remind());
  }
}

@CommandHandler(EndLoan)
class EndLoanHandler implements ICommandHandler<EndLoan> {
  constructor(@InjectAggregate(Loan) private readonly loans: AggregateStore<Loan>) {}

  async execute({ loan }: EndLoan): Promise<void> {
    await this.loans.update(loan, (one) => one.end());
  }
}

/** Reminds after an hour, and then every hour until the book is back. */
@ProcessManager('reminding', { correlate: (event, { stream }) => ('loan' in event ? event.loan : stream.id) })
class Reminding extends Process {
  state = {};

  @StartsWith(LoanBegun)
  begun(): void {
    this.wake('reminder', { afterMs: hours(1) });
  }

  @On(BookReturnedV1)
  returned({ loan }: BookReturnedV1): void {
    this.send(new EndLoan(loan));
    this.complete();
  }

  @OnTimer('reminder')
  remind(): void {
    this.send(new RemindReader(this.id));
    this.wake('reminder', { afterMs: hours(1) });
  }
}

@Publisher(loanEvents)
class LoanPublisher {
  @Publish(LoanEnded)
  ended(_event: LoanEnded, { stream }: EventContext): LoanEndedV1 {
    return new LoanEndedV1(stream.id);
  }
}

let fault: Error | undefined;

@EventsHandler(LoanBegun)
class Shelf implements IEventHandler<LoanBegun> {
  handle(): void {
    if (fault) throw fault;
  }
}

@Module({
  imports: [
    EventStoreModule.forFeature({
      aggregates: [Loan],
      processes: [Reminding],
      publishers: [LoanPublisher],
      consumes: [deskEvents],
    }),
  ],
  providers: [BeginLoanHandler, RemindReaderHandler, EndLoanHandler, Shelf],
})
class LibraryModule {}

describe('a module in memory', () => {
  let module: TestingModule;
  let store: EventStoreTesting;
  const begin = () => module.get(CommandBus).execute(new BeginLoan('7', 'Momo'));

  async function open(options: Parameters<typeof EventStoreModule.forTesting>[0] = {}): Promise<void> {
    module = await Test.createTestingModule({
      imports: [EventStoreModule.forTesting(options), LibraryModule],
    }).compile();
    await module.init();
    store = EventStoreTesting.of(module);
  }

  beforeEach(() => {
    fault = undefined;
    for (const level of ['log', 'warn', 'error'] as const) vi.spyOn(Logger.prototype, level).mockReturnValue();
  });
  afterEach(async () => {
    await module.close();
    vi.restoreAllMocks();
  });

  it('goes from a command over a process and its timers to commands and events, without sleeping', async () => {
    await open();
    await begin();
    await store.settle();
    expect(await store.history('loan-7')).toEqual([new LoanBegun('Momo')]);
    await store.pass(minutes(59));
    expect(await store.history('loan-7')).toHaveLength(1);
    await store.pass(hours(2));
    expect(await store.history('loan-7')).toEqual([new LoanBegun('Momo'), new LoanReminded(1), new LoanReminded(2)]);
  });

  it('receives messages of other contexts, and publishes its own', async () => {
    await open();
    await begin();
    await store.receive(deskEvents, new BookReturnedV1('7', 300), { key: '7' });
    expect(await store.history('loan-7')).toEqual([new LoanBegun('Momo'), new LoanEnded()]);
    expect(await store.published(loanEvents)).toEqual([new LoanEndedV1('7')]);
    expect(await store.published(loanEvents)).toEqual([new LoanEndedV1('7')]);
    await store.pass(hours(5));
    expect(await store.history('loan-7')).toHaveLength(2);
  });

  it('refuses to be taken for at rest while something has been given up', async () => {
    await open({ retry: { maxAttempts: 2, firstDelayMs: 1, maxDelayMs: 2 } });
    fault = new Error('the shelf is full');
    await begin();
    expect(await failureOf(() => store.settle())).toMatch(
      /^At rest, but something was given up.*loan\.begun at Shelf, after 2 attempts: Error: the shelf is full/s,
    );
    await store.settle({ allowParked: true });
    await store.pass(hours(1), { allowParked: true });
    expect(await store.history('loan-7')).toHaveLength(2);
  });

  it('says what is still moving when it does not come to rest in time', async () => {
    await open();
    fault = new Error('the shelf is full');
    await begin();
    expect(await failureOf(() => store.settle({ timeoutMs: 50 }))).toMatch(
      /^Not at rest after 50 ms\..*loan\.begun at Shelf, after \d attempts: Error: the shelf is full/s,
    );
    fault = undefined;
    await store.pass(seconds(5));
    expect(await store.history('loan-7')).toHaveLength(1);
  });

  it('says why the inbox refused a message', async () => {
    await open();
    const half = () => store.receive(deskEvents, new BookReturnedV1('7', 1.5), { key: '7' });
    expect(await failureOf(half)).toContain('The inbox has refused this BookReturnedV1: pages must be an integer');
  });

  it('cannot move a clock that does not move', async () => {
    await open({ clock: systemClock });
    expect(await failureOf(() => store.pass(hours(1)))).toContain('This clock cannot be moved');
  });
});
