// Process managers on the whole wiring: built by Nest, fed from the log, answered when a command is rejected, woken by the clock.
import { Inject, Injectable, Logger, Module, Scope, type Type } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Aggregate, DomainError, Event, EventSourcedAggregate, When, type AggregateStore } from '../core/index.js';
import {
  OnRejection,
  OnTimer,
  Process,
  ProcessManager,
  StartsWith,
  type ProcessRejection,
} from '../processes/index.js';
import { On } from '../subscriptions/index.js';
import { ManualClock } from '../testing/manual-clock.js';
import { aggregateToken, InjectAggregate } from './decorators/inject-aggregate.decorator.js';
import { EventStoreModule } from './event-store.module.js';
import type { FeatureOptions } from './feature.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';

@Event('loan.granted')
class LoanGranted {}

@Event('loan.returned')
class LoanReturned {}

@Event('loan.renewed')
class LoanRenewed {}

class NotRenewable extends DomainError {
  readonly code = 'LOAN-1';
}

@Aggregate('loan')
class Loan extends EventSourcedAggregate<{ renewals: number }> {
  state = { renewals: 0 };

  grant(): void {
    this.raise(new LoanGranted());
  }

  renew(): void {
    if (this.state.renewals >= 2) throw new NotRenewable('Renewed twice already.');
    this.raise(new LoanRenewed());
  }

  giveBack(): void {
    this.raise(new LoanReturned());
  }

  @When(LoanGranted)
  protected granted(): void {}

  @When(LoanRenewed)
  protected renewed(): void {
    this.state = { renewals: this.state.renewals + 1 };
  }

  @When(LoanReturned)
  protected returned(): void {}
}

class RenewLoan extends Command<void> {
  constructor(readonly loanId: string) {
    super();
  }
}

class RecallLoan extends Command<void> {
  constructor(
    readonly loanId: string,
    readonly why: string,
  ) {
    super();
  }
}

@CommandHandler(RenewLoan)
class RenewLoanHandler implements ICommandHandler<RenewLoan> {
  constructor(@InjectAggregate(Loan) private readonly loans: AggregateStore<Loan>) {}
  async execute({ loanId }: RenewLoan): Promise<void> {
    await this.loans.update(loanId, (loan) => loan.renew());
  }
}

@CommandHandler(RecallLoan)
class RecallLoanHandler implements ICommandHandler<RecallLoan> {
  static readonly recalled: string[] = [];
  async execute({ why }: RecallLoan): Promise<void> {
    RecallLoanHandler.recalled.push(why);
  }
}

@Injectable()
class Terms {
  readonly periodMs = 60_000;
}

@ProcessManager('lending')
class Lending extends Process<{ periods: number }> {
  state = { periods: 0 };

  constructor(@Inject(Terms) private readonly terms: Terms) {
    super();
  }

  @StartsWith(LoanGranted)
  granted(): void {
    this.wake('period', { afterMs: this.terms.periodMs });
  }

  @OnTimer('period')
  over(): void {
    this.state = { periods: this.state.periods + 1 };
    this.send(new RenewLoan(this.id));
    this.wake('period', { afterMs: this.terms.periodMs });
  }

  @OnRejection(RenewLoan)
  refused(_command: RenewLoan, { code, message }: ProcessRejection): void {
    this.send(new RecallLoan(this.id, `${code} after ${this.state.periods}: ${message}`));
    this.complete();
  }

  @On(LoanReturned)
  returned(): void {
    this.complete();
  }
}

const handlers = [RenewLoanHandler, RecallLoanHandler];
const feature: FeatureOptions = { aggregates: [Loan], processes: [Lending], providers: [Terms] };

async function boot(clock: ManualClock, options: FeatureOptions, providers: Type<object>[] = handlers) {
  @Module({ imports: [EventStoreModule.forFeature(options)], providers })
  class LibraryModule {}
  const imports = [EventStoreModule.forTesting({ clock, orphanWaitMs: 10_000 }), LibraryModule];
  const app = await Test.createTestingModule({ imports }).compile();
  await app.init();
  return app;
}

describe('process managers in a service', () => {
  let clock: ManualClock;
  let app: TestingModule;
  let runtime: EventStoreRuntime;
  let loans: AggregateStore<Loan>;

  beforeEach(async () => {
    RecallLoanHandler.recalled.length = 0;
    for (const level of ['warn', 'error', 'log', 'debug'] as const)
      vi.spyOn(Logger.prototype, level).mockImplementation(() => undefined);
    clock = new ManualClock();
    app = await boot(clock, feature);
    runtime = app.get(EVENT_STORE_RUNTIME);
    loans = app.get(aggregateToken(Loan));
  });

  afterEach(async () => {
    await app.close();
    vi.restoreAllMocks();
  });

  it('live through timers, commands and a rejection', async () => {
    await loans.create('7', (loan) => loan.grant());
    await clock.until(() => RecallLoanHandler.recalled.length > 0, 240_000);
    expect(RecallLoanHandler.recalled).toEqual(['LOAN-1 after 3: Renewed twice already.']);
    const history = await loans.history('7');
    expect(history.map(({ type }) => type)).toEqual(['loan.granted', 'loan.renewed', 'loan.renewed']);
    expect(history[1]!.metadata).toMatchObject({
      actor: 'process:lending',
      correlationId: history[0]!.metadata.correlationId,
    });
    expect(await runtime.parking.list()).toEqual([]);
  });

  it('end with their last event: what is due later changes nothing', async () => {
    await loans.create('7', (loan) => loan.grant());
    await clock.advance(1_000);
    await loans.update('7', (loan) => loan.giveBack());
    await clock.advance(120_000);
    expect(await loans.history('7')).toHaveLength(2);
    expect(await runtime.parking.list()).toEqual([]);
  });

  it('wait for a start as long as the service says', async () => {
    await loans.create('8', (loan) => loan.giveBack());
    await clock.advance(9_000);
    expect(await runtime.parking.list()).toMatchObject([{ name: 'lending', key: '8', status: 'waiting' }]);
    await clock.advance(20_000);
    expect(await runtime.parking.list()).toMatchObject([{ status: 'parked' }]);
  });

  it('are told in their names among the subscriptions', async () => {
    const names = (await runtime.checkpoints.list()).map(({ name, log }) => `${name} ${log}`);
    expect(names).toEqual(expect.arrayContaining(['lending events', 'lending inbound']));
  });
});

describe('boot', () => {
  beforeEach(() => void Logger.overrideLogger(false));

  const refusal = async (options: FeatureOptions, providers?: Type<object>[]) => {
    const app = await boot(new ManualClock(), { ...feature, ...options }, providers).catch((error: unknown) => error);
    if (!(app instanceof Error)) await (app as TestingModule).close();
    return app;
  };

  it('refuses a process manager that is request-scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class CurrentUser {}
    @ProcessManager('scoped')
    class Scoped extends Process {
      state = {};
      constructor(@Inject(CurrentUser) readonly user: CurrentUser) {
        super();
      }
      @StartsWith(LoanGranted)
      granted(): void {}
    }
    const error = await refusal({ processes: [Scoped], providers: [CurrentUser] });
    expect(String(error)).toMatch(/@ProcessManager Scoped is request-scoped/);
  });

  it('refuses one of an event that nobody registered', async () => {
    @Event('stranger.came')
    class StrangerCame {}
    @ProcessManager('strange')
    class Strange extends Process {
      state = {};
      @StartsWith(StrangerCame)
      came(): void {}
    }
    expect(String(await refusal({ processes: [Strange] }))).toMatch(/StrangerCame is not a registered event.*Strange/);
  });

  it('refuses two of one name', async () => {
    @ProcessManager('lending')
    class Double extends Process {
      state = {};
      @StartsWith(LoanGranted)
      granted(): void {}
    }
    expect(String(await refusal({ processes: [Lending, Double] }))).toMatch(
      /Lending and Double are both @ProcessManager\('lending'\)/,
    );
  });

  it('refuses an answer to the rejection of a command without a handler', async () => {
    expect(String(await refusal({}, [RecallLoanHandler]))).toMatch(/Lending has @OnRejection\(RenewLoan\).*handler/);
  });

  it('refuses one that nothing starts, and a class that is none', async () => {
    @ProcessManager('idle')
    class Idle extends Process {
      state = {};
      @On(LoanGranted)
      granted(): void {}
    }
    class Plain extends Process {
      state = {};
    }
    expect(String(await refusal({ processes: [Idle] }))).toMatch(/Idle never starts/);
    expect(String(await refusal({ processes: [Plain] }))).toMatch(/Plain is no process manager/);
  });

  it('refuses a first state that cannot be stored', async () => {
    @ProcessManager('dated')
    class Dated extends Process {
      state: object = { since: new Date() };
      @StartsWith(LoanGranted)
      granted(): void {}
    }
    expect(String(await refusal({ processes: [Dated] }))).toMatch(/Dated cannot store .*since is a Date/);
  });

  it('lets a right one pass', async () => {
    expect(await refusal({})).not.toBeInstanceOf(Error);
  });
});
