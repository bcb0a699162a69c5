// The way of a command to its handler, on the whole wiring in memory: what stands before it, in which order, and what each may answer.
import {
  Global,
  Injectable,
  Module,
  Scope,
  type OnApplicationBootstrap,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { Type as Nested } from 'class-transformer';
import { IsInt, IsString, Min, ValidateNested } from 'class-validator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Aggregate,
  Event,
  EventSourcedAggregate,
  MessageContext,
  When,
  type AggregateStore,
  type AppendResult,
} from '../../core/index.js';
import { CommandBus } from '../command-bus.js';
import { aggregateToken, InjectAggregate } from '../decorators/inject-aggregate.decorator.js';
import { RetryOnConflict } from '../decorators/retry-on-conflict.decorator.js';
import { EventStoreModule } from '../event-store.module.js';
import { Authorise } from './authorise.js';
import type { CommandContext, CommandMiddleware } from './command-middleware.js';
import { CommandForbiddenError, InvalidCommandError } from './errors.js';

@Event('shelf.filled')
class ShelfFilled {
  constructor(readonly count: number) {}
}

@Aggregate('shelf')
class Shelf extends EventSourcedAggregate<{ count: number }> {
  state = { count: 0 };

  fill(count: number): void {
    this.raise(new ShelfFilled(count));
  }

  @When(ShelfFilled)
  protected filled({ count }: ShelfFilled): void {
    this.state = { count: this.state.count + count };
  }
}

/** What happened, in order. */
let seen: string[] = [];
/** How often somebody else is first, from now on. */
let interruptions = 0;

class Goods {
  @IsString()
  sku: string;

  constructor(sku: string) {
    this.sku = sku;
  }
}

const isOperator = ({ actor }: CommandContext): boolean => {
  seen.push('authorise');
  return actor === 'operator:ann';
};

// #region command
@Authorise<FillShelf>(({ shelf }, context) => isOperator(context) || shelf === 'open', 'Only operators fill shelves.')
class FillShelf extends Command<AppendResult> {
  @IsString()
  readonly shelf: string;

  @IsInt()
  @Min(1)
  readonly count: number;

  @ValidateNested()
  @Nested(() => Goods)
  readonly goods: Goods | undefined;

  constructor(shelf: string, count: number, goods?: Goods) {
    super();
    this.shelf = shelf;
    this.count = count;
    if (goods) this.goods = goods;
  }
}
// #endregion command

class CountShelf extends Command<number> {
  constructor(readonly shelf: string) {
    super();
  }
}

@RetryOnConflict()
@CommandHandler(FillShelf)
class FillShelfHandler implements ICommandHandler<FillShelf> {
  constructor(@InjectAggregate(Shelf) private readonly shelves: AggregateStore<Shelf>) {}

  async execute({ shelf, count }: FillShelf): Promise<AppendResult> {
    seen.push('handler');
    const one = await this.shelves.load(shelf);
    if (interruptions > 0) {
      interruptions -= 1;
      const other = new MessageContext({ correlationId: 'other' });
      await MessageContext.run(other, () => this.shelves.update(shelf, (same) => same.fill(1)));
    }
    one.fill(count);
    return this.shelves.save(one);
  }
}

@CommandHandler(CountShelf)
class CountShelfHandler implements ICommandHandler<CountShelf> {
  constructor(@InjectAggregate(Shelf) private readonly shelves: AggregateStore<Shelf>) {}

  async execute({ shelf }: CountShelf): Promise<number> {
    return (await this.shelves.load(shelf)).state.count;
  }
}

@Injectable()
class Ledger {
  readonly entries: CommandContext[] = [];

  begun(_command: object, context: CommandContext): void {
    this.entries.push(context);
    seen.push('audit in');
  }

  done(_command: object, _context: CommandContext): void {
    seen.push('audit out');
  }
}

// #region audit
@Injectable()
class AuditCommands implements CommandMiddleware {
  constructor(private readonly ledger: Ledger) {}

  async use<R>(command: Command<R>, context: CommandContext, next: () => Promise<R>): Promise<R> {
    this.ledger.begun(command, context);
    const result = await next();
    this.ledger.done(command, context);
    return result;
  }
}
// #endregion audit

@Injectable()
class TimeCommands implements CommandMiddleware {
  async use<R>(command: Command<R>, _context: CommandContext, next: () => Promise<R>): Promise<R> {
    seen.push(`time ${command.constructor.name}`);
    return next();
  }
}

/** Behind the others: each test says what it does. */
let act: (next: () => Promise<unknown>, shelves: AggregateStore<Shelf>) => Promise<unknown> = (next) => next();

@Injectable()
class Acting implements CommandMiddleware {
  constructor(@InjectAggregate(Shelf) private readonly shelves: AggregateStore<Shelf>) {}

  use<R>(_command: Command<R>, _context: CommandContext, next: () => Promise<R>): Promise<R> {
    return act(next, this.shelves) as Promise<R>;
  }
}

// #region feature
@Module({
  imports: [
    EventStoreModule.forFeature({
      aggregates: [Shelf],
      commandMiddleware: [AuditCommands, Acting],
      providers: [Ledger],
    }),
  ],
  providers: [FillShelfHandler],
})
class StoreModule {}
// #endregion feature

@Module({ imports: [EventStoreModule.forFeature({ aggregates: [Shelf] })], providers: [CountShelfHandler] })
class CountingModule {}

describe('the way of a command to its handler', () => {
  let app: TestingModule;
  let shelves: AggregateStore<Shelf>;
  const id = '01890000-0000-7000-8000-000000000001';
  const execute = <R>(command: Command<R>, options = {}) =>
    app.get(CommandBus).execute(command, { actor: 'operator:ann', ...options });
  const count = async () => (await shelves.load('a')).state.count;

  beforeEach(async () => {
    act = (next) => next();
    app = await Test.createTestingModule({
      imports: [EventStoreModule.forTesting({ commandMiddleware: [TimeCommands] }), StoreModule, CountingModule],
    }).compile();
    await app.init();
    shelves = app.get<AggregateStore<Shelf>>(aggregateToken(Shelf), { strict: false });
    for (const one of ['a', 'open']) await shelves.create(one, (shelf) => shelf.fill(1));
    [seen, interruptions] = [[], 0];
  });
  afterEach(() => app.close());

  it('is validation, authorisation, the middleware of the service, that of the context, the handler, and back', async () => {
    await execute(new FillShelf('a', 1));
    expect(seen).toEqual(['authorise', 'time FillShelf', 'audit in', 'handler', 'audit out']);
  });

  it('goes through the middleware of a context only for the commands of that context', async () => {
    expect(await execute(new CountShelf('a'))).toBe(1);
    expect(seen).toEqual(['time CountShelf']);
  });

  it('is the same for a command of a derived class, which Nest hands to the same handler', async () => {
    class FillQuickly extends FillShelf {}
    await execute(new FillQuickly('a', 1));
    expect(seen).toEqual(['authorise', 'time FillQuickly', 'audit in', 'handler', 'audit out']);
    await expect(execute(new FillQuickly('a', 1), { actor: 'customer:bob' })).rejects.toMatchObject({
      code: 'ES-2005',
    });
  });

  it('shows who asks, why, under which id and in which request, built by the injector of the context', async () => {
    const options = { commandId: id, reason: 'empty' };
    await MessageContext.run(new MessageContext({ correlationId: 'request-1', causationId: 'event-1' }), () =>
      execute(new FillShelf('a', 1), options),
    );
    expect(app.get(Ledger, { strict: false }).entries).toEqual([
      expect.objectContaining({
        commandId: id,
        actor: 'operator:ann',
        reason: 'empty',
        correlationId: 'request-1',
        causationId: 'event-1',
      }),
    ]);
  });

  it('is gone once, however often the handler is run again because others were first', async () => {
    interruptions = 2;
    await execute(new FillShelf('a', 5));
    expect(seen).toEqual(['authorise', 'time FillShelf', 'audit in', 'handler', 'handler', 'handler', 'audit out']);
    expect(await count()).toBe(8);
  });

  it('is gone again by a repeat, which gets the first result and decides nothing', async () => {
    const first = await execute(new FillShelf('a', 5), { commandId: id });
    const again = await execute(new FillShelf('a', 5), { commandId: id });
    expect([again.version, again.repeated, await count()]).toEqual([first.version, true, 6]);
    expect(seen.filter((what) => what === 'audit in')).toHaveLength(2);
  });

  it('lets a middleware go on twice: the second time is a repeat', async () => {
    act = async (next) => {
      await next();
      return next();
    };
    expect(await execute(new FillShelf('a', 5))).toMatchObject({ version: 2, repeated: true });
    expect(await count()).toBe(6);
  });

  it('keeps what a middleware decides apart from what the handler decides, on the same stream too', async () => {
    act = async (next, stores) => {
      await stores.update('a', (shelf) => shelf.fill(100));
      return next();
    };
    await execute(new FillShelf('a', 5), { commandId: id });
    await execute(new FillShelf('a', 5), { commandId: id });
    expect(await count()).toBe(106);
  });

  it('ends at a middleware that answers by itself', async () => {
    act = () => Promise.resolve({ version: 0 });
    expect(await execute(new FillShelf('a', 5))).toEqual({ version: 0 });
    expect(await count()).toBe(1);
  });

  it('ends at a command that breaks the rules of its class: every field is named, and nobody is asked further', async () => {
    const failure = await execute(new FillShelf(7 as never, 0)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidCommandError);
    const { code, kind, errors } = failure as InvalidCommandError;
    expect([code, kind, errors.map(({ field, rule }) => `${field} ${rule}`)]).toEqual([
      'ES-2004',
      'invalid',
      ['shelf isString', 'count min'],
    ]);
    expect(seen).toEqual([]);
  });

  it('looks into nested values, also where they are plain data again', async () => {
    const broken = execute(new FillShelf('a', 1, { sku: 7 } as never));
    await expect(broken).rejects.toMatchObject({ errors: [{ field: 'goods.sku', rule: 'isString' }] });
    await execute(new FillShelf('a', 1, { sku: 'tea' }));
    expect(seen.at(-1)).toBe('audit out');
  });

  it('ends where the command is not for whoever asks, with the sentence of the rule', async () => {
    const failure = await execute(new FillShelf('a', 1), { actor: 'customer:bob' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandForbiddenError);
    expect(failure).toMatchObject({ code: 'ES-2005', kind: 'forbidden', message: 'Only operators fill shelves.' });
    expect(seen).toEqual(['authorise']);
    await execute(new FillShelf('open', 1), { actor: 'customer:bob' });
  });

  it('can be replaced in a test, like any provider', async () => {
    const other = await Test.createTestingModule({ imports: [EventStoreModule.forTesting(), StoreModule] })
      .overrideProvider(AuditCommands)
      .useValue({ use: () => Promise.resolve('instead') })
      .compile();
    await other.init();
    expect(await other.get(CommandBus).execute(new FillShelf('open', 1))).toBe('instead');
    await other.close();
  });
});

describe('rules of @Authorise', () => {
  it('all have to hold, those of the class it extends too, and nothing but true lets through', async () => {
    @Authorise(() => asked('base') as never)
    class Base extends Command<void> {}
    @Authorise(() => asked('first'))
    @Authorise(() => asked('second'))
    class Guarded extends Base {}
    @CommandHandler(Guarded)
    class GuardedHandler implements ICommandHandler<Guarded> {
      execute = () => Promise.resolve();
    }
    const no = new Map<string, unknown>();
    const order: string[] = [];
    function asked(rule: string): Promise<boolean> {
      order.push(rule);
      return Promise.resolve((no.has(rule) ? no.get(rule) : true) as boolean);
    }
    const app = await boot({ providers: [GuardedHandler] });
    await app.get(CommandBus).execute(new Guarded());
    expect(order).toEqual(['base', 'first', 'second']);
    for (const [rule, answer] of [
      ['base', false],
      ['first', undefined],
      ['second', 'yes'],
    ] as const) {
      no.clear();
      no.set(rule, answer);
      await expect(app.get(CommandBus).execute(new Guarded())).rejects.toThrow('Guarded is not for this caller.');
    }
    await app.close();
  });
});

describe('boot', () => {
  const booting = (commandMiddleware: readonly unknown[], root: readonly unknown[] = [], handler = true) =>
    boot({ commandMiddleware, root, providers: handler ? [CountShelfHandler] : [] });

  class Nothing {}

  @Injectable({ scope: Scope.REQUEST })
  class Scoped implements CommandMiddleware {
    use<R>(_command: Command<R>, _context: CommandContext, next: () => Promise<R>): Promise<R> {
      return next();
    }
  }

  it.each([
    ['a class that is no middleware', () => booting([Nothing]), /Nothing is listed .* no method use\(/],
    ['what is no class', () => booting([{ use: () => undefined }]), /takes classes .* got object/],
    ['what is not there yet', () => booting([undefined]), /got undefined: do files import each other/],
    ['one twice', () => booting([TimeCommands, TimeCommands]), /CountShelf would pass through TimeCommands twice/],
    ['one here and in the root', () => booting([TimeCommands], [TimeCommands]), /through TimeCommands twice/],
    ['one nobody passes through', () => booting([TimeCommands], [], false), /No command passes through TimeCommands/],
    ['a request-scoped one', () => booting([Scoped]), /Scoped is request-scoped/],
    ['one that injects what nobody provides', () => booting([AuditCommands]), /dependencies of the AuditCommands/],
  ])('refuses %s', async (_what, failing, sentence) => {
    await expect(failing()).rejects.toThrow(sentence);
  });

  it('executes no command before what stands before its handler is in place', async () => {
    const outcomes: unknown[] = [];
    @Injectable()
    class Eager implements OnModuleInit, OnApplicationBootstrap {
      constructor(private readonly bus: CommandBus) {}

      private async fill(): Promise<void> {
        const asked = this.bus.execute(new FillShelf('a', -1), { actor: 'stranger' });
        outcomes.push(await asked.catch((error: unknown) => error));
      }

      onModuleInit = () => this.fill();
      onApplicationBootstrap = () => this.fill();
    }
    @Global()
    @Module({ providers: [Eager] })
    class EagerModule {}
    @Module({ imports: [EventStoreModule.forFeature({ aggregates: [Shelf] })], providers: [FillShelfHandler] })
    class FillingModule {}
    for (const eagerFirst of [true, false]) {
      const rest = [EventStoreModule.forTesting(), FillingModule];
      const imports = eagerFirst ? [EagerModule, ...rest] : [...rest, EagerModule];
      const app = await Test.createTestingModule({ imports }).compile();
      await app.init();
      await app.close();
    }
    expect(outcomes.map((outcome) => (outcome as { code?: string }).code)).toEqual([
      'ES-1007',
      'ES-1007',
      'ES-1007',
      'ES-2004',
    ]);
    expect(String(outcomes[0])).toMatch(/FillShelf was executed while the service boots.*once app\.init\(\)/);
  });
});

async function boot({
  commandMiddleware = [],
  root = [],
  providers,
}: {
  commandMiddleware?: readonly unknown[];
  root?: readonly unknown[];
  providers: readonly Type[];
}): Promise<TestingModule> {
  const listed = commandMiddleware as readonly Type<CommandMiddleware>[];
  @Module({
    imports: [EventStoreModule.forFeature({ aggregates: [Shelf], commandMiddleware: listed })],
    providers: [...providers],
  })
  class BootModule {}
  const testing = EventStoreModule.forTesting({ commandMiddleware: root as readonly Type<CommandMiddleware>[] });
  const app = await Test.createTestingModule({ imports: [testing, BootModule] }).compile();
  await app.init();
  return app;
}
