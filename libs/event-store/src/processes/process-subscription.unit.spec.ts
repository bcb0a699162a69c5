import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deterministicId, MessageContext } from '../core/index.js';
import { On } from '../subscriptions/index.js';
import { ProcessLab } from '../testing/process-lab.js';
import {
  Book,
  correlateTrips,
  Paid,
  Thank,
  Tell,
  Trip,
  tripCommands,
  TripEnded,
  tripEvents,
  TripNoted,
  TripPlanned,
} from '../testing/trip.process.js';
import { UncorrelatedEventError } from './errors.js';
import { Process } from './process.js';
import { ProcessManager, StartsWith } from './process.decorators.js';

describe('a process', () => {
  let lab: ProcessLab;

  beforeEach(() => (lab = new ProcessLab({ ...tripEvents, commands: tripCommands })));
  afterEach(() => lab.stop());

  const until = (condition: () => boolean | Promise<boolean>) => lab.clock.until(condition, 60_000);
  const sent = (count: number) => until(async () => (await lab.sent()).length >= count);

  it('is one subscription for each log that something for it arrives in', () => {
    const [events, inbound] = lab.subscriptions(new Trip());
    expect(events).toMatchObject({ name: 'trip', log: 'events', delivery: 'transactional' });
    expect(inbound).toMatchObject({ name: 'trip', log: 'inbound' });
    const foreign = new ProcessLab({ own: [], foreign: [...tripEvents.own, ...tripEvents.foreign], commands: [] });
    expect(foreign.subscriptions(new Trip()).map(({ log }) => log)).toEqual(['inbound']);
  });

  it('starts with its event, remembers, and says in ids and metadata where everything came from', async () => {
    lab.run(new Trip());
    const [planned] = await lab.happen('trip-1', new TripPlanned(['air', 'rail']), new TripNoted('a'));
    await until(async () => ((await lab.process('trip', '1'))?.state as Trip['state'] | undefined)?.notes.length === 1);
    const metadata = {
      correlationId: 'c-1',
      traceparent: 'trace',
      causationId: planned,
      actor: 'process:trip',
      reason: 'planned',
    };
    expect(await lab.outgoing()).toMatchObject(
      ['air', 'rail'].map((leg, index) => ({
        id: deterministicId('trip', planned!, index),
        key: 'trip/1',
        type: 'Book',
        data: { leg },
        metadata,
      })),
    );
    expect(await lab.process('trip', '1')).toEqual({
      process: 'trip',
      id: '1',
      status: 'running',
      stateVersion: 1,
      state: { legs: ['air', 'rail'], notes: ['a'] },
      undo: ['air', 'rail'].map((leg, index) => ({
        undoes: deterministicId('trip', planned!, index),
        type: 'Unbook',
        data: { leg },
      })),
      keys: [],
    });
  });

  it('keeps processes apart: each has its own state, made from the same beginning', async () => {
    lab.run(new Trip());
    await lab.happen('trip-1', new TripPlanned(['air']), new TripNoted('a'));
    await lab.happen('trip-2', new TripPlanned([]), new TripNoted('b'));
    await until(async () => ((await lab.process('trip', '2'))?.state as Trip['state'] | undefined)?.notes.length === 1);
    expect((await lab.process('trip', '1'))?.state).toEqual({ legs: ['air'], notes: ['a'] });
    expect((await lab.process('trip', '2'))?.state).toEqual({ legs: [], notes: ['b'] });
  });

  it('writes what all records of a unit of work come to in one call each: rows, commands and timers', async () => {
    const { processes, outgoing } = lab.store;
    const calls: Record<string, number[]> = {};
    const counting = <A extends readonly unknown[]>(
      name: string,
      write: (...all: A) => Promise<void>,
      of: (all: A) => number,
    ) => ((...all: A) => ((calls[name] ??= []).push(of(all)), write(...all))) as typeof write;
    processes.save = counting('rows', processes.save.bind(processes), (all) => all.length);
    processes.schedule = counting('timers', processes.schedule.bind(processes), ([timers]) => timers.length);
    outgoing.append = counting('commands', outgoing.append.bind(outgoing), ([commands]) => commands.length);
    for (const id of ['1', '2', '3']) await lab.happen(`trip-${id}`, new TripPlanned(['air']), new TripNoted('a'));
    lab.run(new Trip());
    await sent(3);
    expect(calls).toEqual({ rows: [3], timers: [3], commands: [3] });
  });

  it('reacts to events of its own service and of others, whatever the order of the logs', async () => {
    lab.run(new Trip());
    await lab.arrive('1', new Paid('1', 10));
    await lab.clock.advance(2_000);
    expect(await lab.sent()).toEqual([]);
    await lab.happen('trip-1', new TripPlanned(['air']));
    await sent(2);
    expect(await lab.sent()).toEqual([new Book('air'), new Thank('1')]);
    expect(await lab.store.parking.list()).toEqual([]);
  });

  it('lets its start overtake what waits for it in the same log, and then comes the turn of that', async () => {
    lab.run(new Trip());
    await lab.happen('note-1', new TripNoted('early'));
    await lab.happen('memo-1', new TripNoted('second'));
    await lab.clock.advance(1_000);
    await lab.happen('trip-1', new TripPlanned(['air']));
    await lab.happen('trip-1', new TripNoted('third'));
    await until(async () => ((await lab.process('trip', '1'))?.state as Trip['state'] | undefined)?.notes.length === 3);
    expect((await lab.process('trip', '1'))?.state).toEqual({ legs: ['air'], notes: ['early', 'second', 'third'] });
  });

  it('lets no start overtake another: of two, the first comes first, also when it fails at first', async () => {
    let failures = 3;
    class Slow extends Trip {
      override planned(event: TripPlanned): void {
        if (event.legs[0] === 'air' && (failures -= 1) >= 0) throw new Error('not yet');
        super.planned(event);
      }
    }
    ProcessManager('trip', { correlate: correlateTrips })(Slow);
    lab.run(new Slow());
    await lab.happen('trip-1', new TripPlanned(['air']), new TripPlanned(['rail']));
    await sent(2);
    expect(await lab.sent()).toEqual([new Book('air'), new Book('rail')]);
  });

  it('lets no start overtake what waits for another reason: the process runs already', async () => {
    let failures = 3;
    const order: string[] = [];
    class Slow extends Trip {
      override planned(event: TripPlanned): void {
        order.push(...event.legs);
        super.planned(event);
      }
      override async noted(event: TripNoted): Promise<void> {
        if ((failures -= 1) >= 0) throw new Error('not yet');
        order.push(event.note);
        await super.noted(event);
      }
    }
    ProcessManager('trip', { correlate: correlateTrips })(Slow);
    lab.run(new Slow());
    await lab.happen('trip-1', new TripPlanned(['air']));
    await sent(1);
    await lab.happen('trip-1', new TripNoted('note'), new TripPlanned(['rail']));
    await sent(2);
    expect(order).toEqual(['air', 'note', 'rail']);
  });

  it('parks an event whose process does not start in time, and says which; replayed after the start it goes through', async () => {
    const [, inbound] = lab.run(new Trip());
    const [id] = await lab.arrive('1', new Paid('1', 10));
    await lab.clock.advance(299_000);
    expect(inbound!.status().parked).toBe(0);
    await lab.clock.until(() => inbound!.status().parked === 1, 310_000);
    const alarm = lab.lines.find(({ level }) => level === 'error');
    expect(alarm?.fields).toMatchObject({ id, key: '1', reason: expect.stringMatching(/^ES-1504: .*trip 1/) });
    await lab.happen('trip-1', new TripPlanned([]));
    const [parked] = await lab.store.parking.list();
    expect(parked).toMatchObject({ status: 'parked', key: '1' });
    await lab.store.parking.replay({ name: 'trip', log: 'inbound' }, parked!.position);
    await sent(1);
    expect(await lab.sent()).toEqual([new Thank('1')]);
  });

  it('answers what comes after its end with its tombstone: events, another start, timers', async () => {
    const [events, inbound] = lab.run(new Trip());
    await lab.happen('trip-1', new TripPlanned([]), new TripEnded(), new TripNoted('late'), new TripPlanned(['air']));
    await lab.arrive('1', new Paid('1', 10));
    await lab.clock.advance(70_000);
    expect((await lab.signals()).map(({ type }) => type)).toEqual(['process.timer']);
    expect([events!.status().position, inbound!.status().position]).toEqual([4n, 2n]);
    expect(await lab.sent()).toEqual([]);
    expect(await lab.process('trip', '1')).toMatchObject({ status: 'completed', state: { legs: [], notes: [] } });
    expect(lab.lines.filter(({ level, message }) => level === 'debug' && message.includes('completed'))).toHaveLength(
      4,
    );
    expect(await lab.store.parking.list()).toEqual([]);
  });

  it('reacts to its starting event also when it runs already: its author decides', async () => {
    lab.run(new Trip());
    await lab.happen('trip-1', new TripPlanned(['air']));
    await lab.happen('trip-1', new TripPlanned(['rail']));
    await sent(2);
    expect((await lab.process('trip', '1'))?.state).toMatchObject({ legs: ['air', 'rail'] });
  });

  it('parks an event that no process id can be found for, alone', async () => {
    const [, inbound] = lab.run(new Trip(3_600_000));
    await lab.happen('trip-1', new TripPlanned([]));
    await lab.arrive('x', new Paid(7, 1));
    await lab.arrive('y', new Paid('1', 10));
    await sent(1);
    await lab.clock.until(() => inbound!.status().parked === 1, 200_000);
    const [first] = await lab.store.parking.list({ status: 'parked' });
    expect(first?.reason).toMatch(/^ES-1505: .*bank\.paid .*gave number/);
    expect(await lab.sent()).toEqual([new Thank('1')]);
  });

  it('takes only a text that can be stored for a process id', () => {
    const [, { keyOf }] = lab.subscriptions(new Trip()) as [unknown, { keyOf: (record: object) => string }];
    const record = (tripId: unknown) => ({ type: 'bank.paid', schemaVersion: 1, key: 'x', data: { tripId } });
    expect(keyOf(record('1'))).toBe('1');
    for (const wrong of [7, '', null, '\0', {}]) expect(() => keyOf(record(wrong))).toThrow(UncorrelatedEventError);
  });

  it('runs its reactions as the process, because of the record', async () => {
    const seen: unknown[] = [];
    @ProcessManager('watch')
    class Watch extends Process {
      state = {};
      @StartsWith(TripPlanned)
      planned(): void {
        const { inherited } = MessageContext.current()!;
        seen.push(inherited);
      }
    }
    lab.run(new Watch());
    const [id] = await lab.happen('trip-1', new TripPlanned([]));
    await until(() => seen.length === 1);
    expect(seen).toEqual([
      expect.objectContaining({ causationId: id, actor: 'process:watch', correlationId: 'c-1', traceparent: 'trace' }),
    ]);
  });

  it('leaves nothing behind of a reaction that failed, and the next attempt decides under the same ids', async () => {
    let broken = true;
    @ProcessManager('frail')
    class Frail extends Process {
      state = { seen: 0 };
      @StartsWith(TripPlanned)
      planned(): void {
        this.state.seen += 1;
        this.send(new Tell('planned'));
        this.wake('soon', { afterMs: 0 });
        if (broken) throw new Error('not yet');
      }
    }
    lab.run(new Frail());
    const [id] = await lab.happen('trip-1', new TripPlanned([]));
    await lab.clock.advance(3_000);
    expect(await lab.outgoing()).toEqual([]);
    expect(await lab.signals()).toEqual([]);
    expect(await lab.process('frail', '1')).toBeUndefined();
    broken = false;
    await sent(1);
    expect(await lab.process('frail', '1')).toMatchObject({ state: { seen: 1 } });
    expect((await lab.outgoing()).map((record) => record.id)).toEqual([deterministicId('frail', id!, 0)]);
    await until(async () => (await lab.signals()).length === 1);
  });

  it('leaves nothing behind when its commit fails', async () => {
    let failures = 0;
    const { unitOfWork } = lab.store;
    const run = unitOfWork.run.bind(unitOfWork);
    unitOfWork.run = (work) =>
      run(async (transaction) => {
        const result = await work(transaction);
        if (failures > 0 && (failures -= 1) >= 0) throw new Error('power cut');
        return result;
      });
    lab.run(new Trip(0));
    await lab.clock.advance(1_000);
    failures = 2;
    await lab.happen('trip-1', new TripPlanned(['air']));
    await lab.clock.advance(100);
    expect([await lab.outgoing(), await lab.signals()]).toEqual([[], []]);
    await sent(2);
    expect(await lab.sent()).toEqual([new Book('air'), new Tell('late')]);
    expect(await lab.signals()).toHaveLength(1);
  });

  it('takes nothing more from a promise that its reaction did not wait for', async () => {
    let release: () => void = () => undefined;
    const failures: unknown[] = [];
    @ProcessManager('hasty')
    class Hasty extends Process {
      state = {};
      @StartsWith(TripPlanned)
      planned(): void {
        const later = new Promise<void>((resolve) => (release = resolve));
        void later.then(() => this.send(new Tell('too late'))).catch((error: unknown) => failures.push(error));
        this.send(new Tell('in time'));
      }
    }
    lab.run(new Hasty());
    await lab.happen('trip-1', new TripPlanned([]));
    await sent(1);
    release();
    await until(() => failures.length === 1);
    await lab.clock.advance(2_000);
    expect(await lab.sent()).toEqual([new Tell('in time')]);
    expect(String(failures[0])).toContain('only while one of its reactions runs');
  });

  it('fails on a state that JSON cannot hold, naming the field', async () => {
    @ProcessManager('odd')
    class Odd extends Process {
      state: object = {};
      @StartsWith(TripPlanned)
      planned(): void {
        this.state = { when: { at: new Date() } };
      }
      @On(TripNoted)
      noted(): void {
        this.state = [];
      }
    }
    lab.run(new Odd());
    await lab.happen('trip-1', new TripPlanned([]));
    await until(async () => (await lab.store.parking.list()).length === 1);
    expect((await lab.store.parking.list())[0]?.reason).toMatch(/^ES-1506: .*process odd .*when\.at is a Date/);
  });
});
