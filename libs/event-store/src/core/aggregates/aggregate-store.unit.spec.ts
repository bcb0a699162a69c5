import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../memory/index.js';
import { Aggregate, When } from './aggregate.decorators.js';
import { EventSourcedAggregate } from './aggregate.js';
import { systemClock, type Clock } from '../clock.js';
import { deterministicId } from '../ids.js';
import {
  AggregateAlreadyExistsError,
  AggregateNotFoundError,
  DomainError,
  RecordedRejectionError,
} from './domain-errors.js';
import {
  CommandIdReusedError,
  InvalidRequestError,
  TooManyConflictsError,
  WrongExpectedVersionError,
} from '../errors.js';
import { Event } from '../events/event.decorator.js';
import { MessageContext } from '../message-context.js';

@Event('tank.built')
class Built {
  constructor(readonly capacity: number) {}
}
@Event('tank.filled')
class Filled {
  constructor(readonly litres: number) {}
}

class Overflowing extends DomainError {
  readonly code = 'TANK_OVERFLOWING';
  override readonly kind = 'invalid';
}

@Aggregate('tank')
class Tank extends EventSourcedAggregate<{ capacity: number; litres: number }> {
  state = { capacity: 0, litres: 0 };

  build(capacity: number): void {
    this.raise(new Built(capacity));
  }

  fill(litres: number): void {
    if (this.state.litres + litres > this.state.capacity) throw new Overflowing(`No room for ${litres} litres.`);
    if (litres > 0) this.raise(new Filled(litres));
  }

  @When(Built)
  protected built({ capacity }: Built): void {
    this.state = { capacity, litres: 0 };
  }

  @When(Filled)
  protected filled({ litres }: Filled): void {
    this.state = { ...this.state, litres: this.state.litres + litres };
  }
}

/** Time passes only when it is moved, and by what is slept. */
function steppingClock(): Clock & { now: () => Date; time: number } {
  const clock = {
    ...systemClock,
    time: Date.parse('2026-01-01T00:00:00Z'),
    now: () => new Date(clock.time),
    sleep: (ms: number) => Promise.resolve(void (clock.time += ms)),
  };
  return clock;
}

function setUp() {
  const clock = steppingClock();
  const store = createMemoryStore({ clock });
  const tanks = store.aggregates(Tank);
  const versions = async () => (await tanks.history('1')).map(({ version, type }) => `${version} ${type}`);
  return { ...store, clock, tanks, versions };
}

let commands = 0;
/** Runs `work` as a handler of one command; given an id, of that command again. */
function asCommand<T>(
  work: () => Promise<T>,
  id = deterministicId('test', (commands += 1)),
  contentHash = 'h',
): Promise<T> {
  const context = new MessageContext({
    correlationId: 'c',
    actor: 'customer:a',
    command: { id, type: 'Fill', contentHash },
  });
  return MessageContext.run(context, work);
}
const commandId = () => deterministicId('test', (commands += 1));

describe('an aggregate store', () => {
  it('creates, updates, loads and lists an aggregate', async () => {
    const { tanks, versions } = setUp();
    expect([await tanks.exists('1'), await tanks.version('1')]).toEqual([false, 0]);
    expect(await tanks.create('1', (tank) => tank.build(100))).toMatchObject({
      stream: 'tank-1',
      firstVersion: 1,
      version: 1,
      repeated: false,
    });
    expect(await tanks.update('1', (tank) => tank.fill(30))).toMatchObject({ version: 2 });
    const tank = await tanks.load('1');
    expect(tank).toBeInstanceOf(Tank);
    expect([tank.state, tank.version, tank.changes]).toEqual([{ capacity: 100, litres: 30 }, 2, []]);
    expect([await tanks.exists('1'), await tanks.version('1')]).toEqual([true, 2]);
    expect(await versions()).toEqual(['1 tank.built', '2 tank.filled']);
  });

  it('awaits a decision that takes time', async () => {
    const { tanks } = setUp();
    await tanks.create('1', async (tank) => {
      await Promise.resolve();
      tank.build(100);
    });
    expect(await tanks.exists('1')).toBe(true);
  });

  it('answers that there is none, or one already', async () => {
    const { tanks } = setUp();
    await expect(tanks.load('1')).rejects.toThrow(AggregateNotFoundError);
    await expect(tanks.update('1', (tank) => tank.fill(1))).rejects.toThrow('There is no tank 1.');
    await tanks.create('1', (tank) => tank.build(100));
    await expect(tanks.create('1', (tank) => tank.build(1))).rejects.toThrow(AggregateAlreadyExistsError);
  });

  it('decides on one that may not exist yet, and answers what the decision answers', async () => {
    const { tanks, versions } = setUp();
    const buildOrFill = (litres: number) =>
      tanks.createOrUpdate('1', (tank) => (tank.exists ? tank.fill(litres) : tank.build(10)));
    expect(await tanks.createOrUpdate('1', () => undefined)).toMatchObject({ version: 0 });
    expect(await buildOrFill(5)).toMatchObject({ version: 1 });
    expect(await buildOrFill(5)).toMatchObject({ version: 2 });
    await expect(buildOrFill(50)).rejects.toThrow(Overflowing);
    expect(await versions()).toEqual(['1 tank.built', '2 tank.filled']);
  });

  it('stores nothing of a decision that was refused', async () => {
    const { tanks, versions } = setUp();
    await tanks.create('1', (tank) => tank.build(10));
    const half = tanks.update('1', (tank) => {
      tank.fill(5);
      tank.fill(50);
    });
    await expect(half).rejects.toThrow(Overflowing);
    expect(await versions()).toEqual(['1 tank.built']);
  });

  it('saves what was raised since the load, once, and refuses when another writer was first', async () => {
    const { tanks } = setUp();
    const mine = new Tank('1');
    mine.build(100);
    await tanks.save(mine);
    expect(await tanks.save(mine)).toMatchObject({ version: 1, position: 0n, repeated: false });
    await tanks.update('1', (tank) => tank.fill(1));
    mine.fill(2);
    await expect(tanks.save(mine)).rejects.toThrow(WrongExpectedVersionError);
    expect((await tanks.load('1')).state.litres).toBe(1);
  });

  it('loads an aggregate as it was at a version', async () => {
    const { tanks } = setUp();
    await tanks.create('1', (tank) => tank.build(100));
    for (const litres of [1, 2, 3]) await tanks.update('1', (tank) => tank.fill(litres));
    expect((await tanks.loadAt('1', 3)).state.litres).toBe(3);
    expect((await tanks.loadAt('1', 4)).state.litres).toBe(6);
    await expect(tanks.loadAt('1', 5)).rejects.toThrow(AggregateNotFoundError);
    await expect(tanks.loadAt('2', 1)).rejects.toThrow(AggregateNotFoundError);
    for (const nonsense of [0, -1, 1.5, Number.NaN]) {
      await expect(tanks.loadAt('1', nonsense)).rejects.toThrow(InvalidRequestError);
    }
  });

  it('says what changed between two versions', async () => {
    const { tanks } = setUp();
    await tanks.create('1', (tank) => tank.build(100));
    for (const litres of [1, 2]) await tanks.update('1', (tank) => tank.fill(litres));
    // #region diff
    expect(await tanks.diff('1', 1, 3)).toEqual([{ path: 'litres', before: 0, after: 3 }]);
    expect(await tanks.diff('1', 3, 2)).toEqual([{ path: 'litres', before: 3, after: 1 }]);
    // #endregion diff
    expect(await tanks.diff('1', 0, 1)).toContainEqual({ path: 'capacity', before: 0, after: 100 });
    await expect(tanks.diff('1', 1, 4)).rejects.toThrow(AggregateNotFoundError);
  });

  it('loads an aggregate as it was at a time, that moment included', async () => {
    const { tanks, clock } = setUp();
    const start = clock.time;
    await tanks.create('1', (tank) => tank.build(100));
    clock.time += 1000;
    await tanks.update('1', (tank) => tank.fill(5));
    await expect(tanks.loadAt('1', new Date(start - 1))).rejects.toThrow(AggregateNotFoundError);
    // #region at-a-time
    expect((await tanks.loadAt('1', new Date(start))).version).toBe(1);
    expect((await tanks.loadAt('1', new Date(start + 999))).version).toBe(1);
    expect((await tanks.loadAt('1', new Date(start + 1000))).state.litres).toBe(5);
    // #endregion at-a-time
  });
});

describe('a lost race', () => {
  it('is decided again on fresh state', async () => {
    const { tanks } = setUp();
    await tanks.create('1', (tank) => tank.build(100));
    const seen: number[] = [];
    await tanks.update('1', async (tank) => {
      seen.push(tank.version);
      if (seen.length < 3) await tanks.update('1', (other) => other.fill(10));
      tank.fill(1);
    });
    expect(seen).toEqual([1, 2, 3]);
    expect((await tanks.load('1')).state.litres).toBe(21);
  });

  it('is given up after ten attempts', async () => {
    const { tanks, versions } = setUp();
    await tanks.create('1', (tank) => tank.build(100));
    let attempts = 0;
    const unlucky = tanks.update('1', async (tank) => {
      attempts += 1;
      await tanks.update('1', (other) => other.fill(1));
      tank.fill(50);
    });
    await expect(unlucky).rejects.toThrow(TooManyConflictsError);
    expect(attempts).toBe(10);
    expect(await versions()).toHaveLength(11);
  });

  it.each([
    [1, WrongExpectedVersionError],
    [3, TooManyConflictsError],
  ])('is given up after %i attempts where the handler says so', async (limit, expected) => {
    const { tanks } = setUp();
    await tanks.create('1', (tank) => tank.build(100));
    let attempts = 0;
    const decide = async (tank: Tank) => {
      attempts += 1;
      await tanks.update('1', (other) => other.fill(1));
      tank.fill(50);
    };
    await expect(tanks.update('1', decide, { attempts: limit })).rejects.toThrow(expected);
    expect(attempts).toBe(limit);
    for (const nonsense of [0, 1.5, Number.NaN]) {
      const options = { attempts: nonsense };
      await expect(tanks.update('1', decide, options)).rejects.toThrow(InvalidRequestError);
      await expect(tanks.createOrUpdate('1', decide, options)).rejects.toThrow(InvalidRequestError);
    }
  });

  it('between two who create the same is an answer, not a retry', async () => {
    const { tanks } = setUp();
    let decisions = 0;
    const second = tanks.create('1', async (tank) => {
      decisions += 1;
      await tanks.create('1', (first) => first.build(1));
      tank.build(2);
    });
    await expect(second).rejects.toThrow(AggregateAlreadyExistsError);
    expect([decisions, (await tanks.load('1')).state.capacity]).toEqual([1, 1]);
  });

  it('inside a unit of work is passed on, because the unit as a whole must be decided again', async () => {
    const { tanks, unitOfWork } = setUp();
    await tanks.create('1', (tank) => tank.build(100));
    let decisions = 0;
    const unit = unitOfWork.run(() =>
      tanks.update('1', async (tank) => {
        decisions += 1;
        await tanks.update('1', (other) => other.fill(1)); // in the same unit: it sees the version it took
        tank.fill(1);
      }),
    );
    await expect(unit).rejects.toThrow(WrongExpectedVersionError);
    expect([decisions, (await tanks.load('1')).version]).toEqual([1, 1]);
  });
});

describe('a command that arrives again', () => {
  it('gets its first result and never reaches the decision', async () => {
    const { tanks, versions } = setUp();
    await tanks.create('1', (tank) => tank.build(100));
    const id = commandId();
    let decisions = 0;
    const fill = () =>
      asCommand(
        () =>
          tanks.update('1', (tank) => {
            decisions += 1;
            tank.fill(7);
          }),
        id,
      );
    const first = await fill();
    await tanks.update('1', (tank) => tank.fill(1));
    expect(await fill()).toEqual({ ...first, repeated: true });
    expect([decisions, await versions()]).toEqual([1, ['1 tank.built', '2 tank.filled', '3 tank.filled']]);
  });

  it('gets its rejection again, although the reason is gone', async () => {
    const { tanks } = setUp();
    await tanks.create('1', (tank) => tank.build(10));
    const id = commandId();
    let decisions = 0;
    const fill = () =>
      asCommand(
        () =>
          tanks.update('1', (tank) => {
            decisions += 1;
            tank.fill(50);
          }),
        id,
      );
    await expect(fill()).rejects.toThrow(Overflowing);
    await tanks.update('1', (tank) => tank.build(1000));
    const again = await fill().catch((error: unknown) => error);
    expect(again).toBeInstanceOf(RecordedRejectionError);
    expect(again).toMatchObject({ code: 'TANK_OVERFLOWING', kind: 'invalid', message: 'No room for 50 litres.' });
    expect(decisions).toBe(1);
  });

  it('gets the answer "not found" again, although there is one by now', async () => {
    const { tanks } = setUp();
    const id = commandId();
    const fill = () => asCommand(() => tanks.update('1', (tank) => tank.fill(1)), id);
    await expect(fill()).rejects.toThrow(AggregateNotFoundError);
    await tanks.create('1', (tank) => tank.build(10));
    await expect(fill()).rejects.toMatchObject({ code: 'ES-2001', kind: 'not-found' });
  });

  it('gets the version it decided nothing on, and decides nothing again', async () => {
    const { tanks } = setUp();
    await tanks.create('1', (tank) => tank.build(10));
    const id = commandId();
    const fill = (litres: number) => asCommand(() => tanks.update('1', (tank) => tank.fill(litres)), id);
    expect(await fill(0)).toMatchObject({ firstVersion: 1, version: 1, position: 0n, repeated: false });
    await tanks.update('1', (tank) => tank.fill(1));
    expect(await fill(5)).toMatchObject({ version: 1, repeated: true });
    expect((await tanks.load('1')).state.litres).toBe(1);
  });

  it('is decided when the first time it failed for another reason than a rule', async () => {
    const { tanks } = setUp();
    await tanks.create('1', (tank) => tank.build(10));
    const id = commandId();
    const broken = asCommand(() => tanks.update('1', () => Promise.reject(new Error('gateway down'))), id);
    await expect(broken).rejects.toThrow('gateway down');
    expect(await asCommand(() => tanks.update('1', (tank) => tank.fill(1)), id)).toMatchObject({ repeated: false });
  });

  it('with another content is refused', async () => {
    const { tanks } = setUp();
    await tanks.create('1', (tank) => tank.build(10));
    const id = commandId();
    await asCommand(() => tanks.update('1', (tank) => tank.fill(1)), id);
    await expect(asCommand(() => tanks.update('1', (tank) => tank.fill(2)), id, 'other')).rejects.toThrow(
      CommandIdReusedError,
    );
  });

  it('has the ids of its events from the command, the stream, the step and the place', async () => {
    const { tanks } = setUp();
    const id = commandId();
    await asCommand(async () => {
      await tanks.create('1', (tank) => tank.build(10));
      await tanks.update('1', (tank) => {
        tank.fill(1);
        tank.fill(2);
      });
    }, id);
    const expected = [
      [0, 0],
      [1, 0],
      [1, 1],
    ].map(([step, index]) => deterministicId(id, 'tank-1', step!, index!));
    expect((await tanks.history('1')).map((event) => event.id)).toEqual(expected);
  });

  it('makes two decisions on one stream steps 0 and 1, and repeats both', async () => {
    const { tanks, versions } = setUp();
    await tanks.create('1', (tank) => tank.build(100));
    const id = commandId();
    const twice = () =>
      asCommand(
        async () => [await tanks.update('1', (tank) => tank.fill(1)), await tanks.update('1', (tank) => tank.fill(2))],
        id,
      );
    const first = await twice();
    expect(first.map(({ version, repeated }) => [version, repeated])).toEqual([
      [2, false],
      [3, false],
    ]);
    expect(await twice()).toEqual(first.map((result) => ({ ...result, repeated: true })));
    expect(await versions()).toHaveLength(3);
  });

  it('decides twice on one stream, also where it goes on in the name of somebody else', async () => {
    const { tanks } = setUp();
    await tanks.create('1', (tank) => tank.build(100));
    await asCommand(async () => {
      await tanks.update('1', (tank) => tank.fill(1));
      await MessageContext.as('operator:o', () => tanks.update('1', (tank) => tank.fill(2)));
      await MessageContext.as('operator:o', () => tanks.update('1', (tank) => tank.fill(4)));
    });
    expect((await tanks.load('1')).state.litres).toBe(7);
    const actors = (await tanks.history('1')).map(({ metadata }) => metadata.actor);
    expect(actors.slice(1)).toEqual(['customer:a', 'operator:o', 'operator:o']);
  });

  it('keeps its step when the decision is made again after a lost race', async () => {
    const { tanks, events } = setUp();
    await tanks.create('1', (tank) => tank.build(100));
    const id = commandId();
    let attempts = 0;
    await asCommand(
      () =>
        tanks.update('1', async (tank) => {
          attempts += 1;
          if (attempts === 1) await asCommand(() => tanks.update('1', (other) => other.fill(1)));
          tank.fill(2);
        }),
      id,
    );
    const known = (step: number) => events.findCommand({ id, stream: 'tank-1', step, type: 'Fill', contentHash: 'h' });
    expect(await known(0)).toMatchObject({ outcome: 'accepted', result: { version: 3 } });
    expect(await known(1)).toBeUndefined();
  });
});

describe('the events of a command', () => {
  it('say who asked, and which command they follow from', async () => {
    const { tanks } = setUp();
    const id = commandId();
    await asCommand(() => tanks.create('1', (tank) => tank.build(10)), id);
    const [built] = await tanks.history('1');
    expect(built!.metadata).toEqual({ correlationId: 'c', causationId: id, commandId: id, actor: 'customer:a' });
  });

  it('have a correlation of their own where there is no context', async () => {
    const { tanks } = setUp();
    await tanks.create('1', (tank) => tank.build(10));
    expect((await tanks.history('1'))[0]!.metadata.correlationId).toMatch(/^[0-9a-f-]{36}$/);
  });
});
