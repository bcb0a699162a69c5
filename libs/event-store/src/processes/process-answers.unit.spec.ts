// How a process goes on when its commands are rejected, its time is up, or its code has changed.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../core/index.js';
import { On } from '../subscriptions/index.js';
import { ProcessLab } from '../testing/process-lab.js';
import {
  Book,
  Refused,
  Tell,
  Trip,
  tripCommands,
  TripEnded,
  tripEvents,
  TripNoted,
  TripPlanned,
  Unbook,
} from '../testing/trip.process.js';
import { commandDispatchSubscription, type CommandDispatchOptions } from './command-dispatch.js';
import { Process } from './process.js';
import { OnTimer, ProcessManager, StartsWith } from './process.decorators.js';
import { rejectionSignal } from './rejection-signal.js';

class SoldOut extends DomainError {
  readonly code = 'sold-out';
}

describe('a process', () => {
  let lab: ProcessLab;

  beforeEach(() => (lab = new ProcessLab({ ...tripEvents, commands: tripCommands })));
  afterEach(() => lab.stop());

  const until = (condition: () => boolean | Promise<boolean>) => lab.clock.until(condition, 60_000);
  const sent = (count: number) => until(async () => (await lab.sent()).length >= count);
  const parked = () => lab.store.parking.list({ status: 'parked' });

  /** Rejects bookings of `full` legs. */
  const dispatch = (full: string, over: Partial<CommandDispatchOptions> = {}) =>
    lab.runner(
      commandDispatchSubscription({
        execute: async ({ data }) => {
          if ('leg' in data && data.leg === full) throw new SoldOut('Nothing is left.');
        },
        onRejected: (command, rejection) => lab.store.processes.signal(rejectionSignal(command, rejection)!),
        ...over,
      }),
    );

  describe('whose command is rejected', () => {
    it('gets the answer: the command, and why', async () => {
      lab.run(new Trip());
      dispatch('rail');
      await lab.happen('trip-1', new TripPlanned(['air', 'rail']));
      await sent(3);
      expect((await lab.sent()).at(-1)).toEqual(new Tell('rail: sold-out Nothing is left.'));
      const [rejected] = (await lab.outgoing()).slice(1);
      const [signal] = await lab.signals();
      expect(signal).toMatchObject({
        type: 'process.rejection',
        key: 'trip/1',
        metadata: { correlationId: 'c-1', causationId: rejected!.id },
      });
      expect((await lab.outgoing()).at(-1)).toMatchObject({
        metadata: { correlationId: 'c-1', causationId: signal!.id },
      });
    });

    it('is told before the command counts as done, and once however often it is rejected', async () => {
      lab.run(new Trip());
      let outages = 2;
      const dispatching = dispatch('air', {
        retry: { maxAttempts: 10, firstDelayMs: 100 },
        async onRejected(command, rejection) {
          await lab.store.processes.signal(rejectionSignal(command, rejection)!);
          if ((outages -= 1) >= 0) throw new Error('the answer was lost');
        },
      });
      await lab.happen('trip-1', new TripPlanned(['air']));
      await until(() => dispatching.status().handled > 0);
      expect(dispatching.status().retried).toBe(2);
      await sent(2);
      await lab.clock.advance(5_000);
      expect(await lab.sent()).toHaveLength(2);
      expect(await lab.signals()).toHaveLength(1);
    });

    it('forgets what would have undone it', async () => {
      lab.run(new Trip());
      dispatch('rail');
      await lab.happen('trip-1', new TripPlanned(['air', 'rail', 'sea']));
      await sent(4);
      await lab.arrive('1', new Refused('1'));
      await sent(7);
      expect((await lab.sent()).slice(4)).toEqual([new Tell('refused'), new Unbook('sea'), new Unbook('air')]);
    });

    it('forgets it also when nothing else answers the rejection', async () => {
      @ProcessManager('silent')
      class Silent extends Process {
        state = {};
        @StartsWith(TripPlanned)
        planned(): void {
          this.send(new Book('rail'), { undo: new Unbook('rail') });
          this.send(new Book('air'), { undo: new Unbook('air') });
        }
      }
      lab.run(new Silent());
      dispatch('rail');
      await lab.happen('trip-1', new TripPlanned([]));
      await until(async () => (await lab.process('silent', '1'))?.undo.length === 1);
      expect((await lab.process('silent', '1'))?.undo).toMatchObject([{ data: { leg: 'air' } }]);
    });
  });

  describe('that compensates', () => {
    it('takes its steps back in reverse order, after what it sends itself, and only once', async () => {
      lab.run(new Trip());
      await lab.happen('trip-1', new TripPlanned(['air', 'rail']));
      await sent(2);
      await lab.arrive('1', new Refused('1'));
      await sent(5);
      expect((await lab.sent()).slice(2)).toEqual([new Tell('refused'), new Unbook('rail'), new Unbook('air')]);
      expect((await lab.outgoing()).slice(3).map(({ metadata }) => metadata.reason)).toEqual(['refused', 'refused']);
      await lab.arrive('1', new Refused('1'));
      await sent(6);
      await lab.clock.advance(2_000);
      expect((await lab.sent()).slice(5)).toEqual([new Tell('refused')]);
    });

    it('keeps the steps it takes after that', async () => {
      @ProcessManager('again')
      class Again extends Process {
        state = {};
        @StartsWith(TripPlanned)
        planned({ legs }: TripPlanned): void {
          this.send(new Book('old'), { undo: new Unbook('old') });
          this.compensate('start over');
          for (const leg of legs) this.send(new Book(leg), { undo: new Unbook(leg) });
        }
        @On(TripEnded)
        ended(): void {
          this.compensate('ended');
        }
      }
      lab.run(new Again());
      await lab.happen('trip-1', new TripPlanned(['air']), new TripEnded());
      await sent(4);
      expect(await lab.sent()).toEqual([new Book('old'), new Book('air'), new Unbook('old'), new Unbook('air')]);
    });
  });

  describe('with a timer', () => {
    it('is woken once it is due, not before, and once', async () => {
      lab.run(new Trip(60_000));
      await lab.clock.advance(10_000);
      await lab.happen('trip-1', new TripPlanned([]));
      await lab.clock.advance(59_000);
      expect(await lab.sent()).toEqual([]);
      await sent(1);
      await lab.clock.advance(120_000);
      expect(await lab.sent()).toEqual([new Tell('late')]);
      expect(await lab.signals()).toHaveLength(1);
      expect(await lab.process('trip', '1')).toMatchObject({ status: 'completed' });
    });

    it('is woken also when nobody ran while it fell due', async () => {
      const runners = lab.run(new Trip(5_000));
      await lab.happen('trip-1', new TripPlanned([]));
      await until(() => runners[0]!.status().position === 1n);
      await lab.stop();
      await lab.clock.advance(3_600_000);
      lab.run(new Trip(5_000));
      await sent(1);
      expect(await lab.sent()).toEqual([new Tell('late')]);
    });

    it('that this build no longer knows is left alone with a warning', async () => {
      const runners = lab.run(new Trip(5_000));
      await lab.happen('trip-1', new TripPlanned([]));
      await until(() => runners[0]!.status().position === 1n);
      await lab.stop();
      @ProcessManager('trip')
      class Reduced extends Process {
        state = {};
        @StartsWith(TripPlanned)
        planned(): void {}
      }
      const [, inbound] = lab.run(new Reduced());
      await until(() => inbound!.status().position === 1n);
      const warning = lab.lines.find(({ message }) => message.includes("no @OnTimer('deadline')"));
      expect(warning).toMatchObject({ level: 'warn', fields: { id: '1' } });
      expect(await lab.process('trip', '1')).toMatchObject({ status: 'running' });
    });

    it('may wake itself again and again', async () => {
      @ProcessManager('reminder')
      class Reminder extends Process {
        state = { times: 0 };
        @StartsWith(TripPlanned)
        planned(): void {
          this.wake('next', { afterMs: 30 });
        }
        @OnTimer('next')
        next(): void {
          this.state.times += 1;
          if (this.state.times < 5) this.planned();
        }
      }
      lab.run(new Reminder());
      await lab.happen('trip-1', new TripPlanned([]));
      await lab.clock.until(async () => (await lab.signals()).length === 5, 1_000);
      await lab.clock.advance(10_000);
      expect(await lab.process('reminder', '1')).toMatchObject({ state: { times: 5 } });
      expect(await lab.signals()).toHaveLength(5);
    });
  });

  describe('whose code has changed', () => {
    @ProcessManager('plan', { version: 2, upcast: [({ first }) => ({ all: [first] })] })
    class PlanV2 extends Process<{ all: unknown[] }> {
      state: { all: unknown[] } = { all: [] };
      @StartsWith(TripPlanned)
      planned({ legs }: TripPlanned): void {
        this.state.all = [...legs];
      }
      @On(TripNoted)
      noted({ note }: TripNoted): void {
        this.state.all.push(note);
      }
    }
    @ProcessManager('plan')
    class PlanV1 extends Process<{ first: string }> {
      state = { first: '' };
      @StartsWith(TripPlanned)
      planned({ legs }: TripPlanned): void {
        this.state.first = legs[0]!;
      }
      @On(TripNoted)
      noted(): void {}
    }

    it('goes on with its state raised to the present shape', async () => {
      const runners = lab.run(new PlanV1());
      await lab.happen('trip-1', new TripPlanned(['air']));
      await until(() => runners[0]!.status().position === 1n);
      expect(await lab.process('plan', '1')).toMatchObject({ stateVersion: 1, state: { first: 'air' } });
      await lab.stop();
      const [events] = lab.run(new PlanV2());
      await lab.happen('trip-1', new TripNoted('rail'));
      await until(() => events!.status().position === 2n);
      expect(await lab.process('plan', '1')).toMatchObject({ stateVersion: 2, state: { all: ['air', 'rail'] } });
    });

    it('does not misread a state that a newer build has written: it waits for that build', async () => {
      const newer = lab.run(new PlanV2());
      await lab.happen('trip-1', new TripPlanned(['air']));
      await until(() => newer[0]!.status().position === 1n);
      await lab.stop();
      const [events] = lab.run(new PlanV1());
      await lab.happen('trip-1', new TripNoted('rail'));
      await lab.clock.advance(600_000);
      expect(events!.status().parked).toBe(0);
      const [waiting] = await lab.store.parking.list();
      expect(waiting).toMatchObject({
        status: 'waiting',
        reason: expect.stringMatching(/^ES-1507: .*plan 1 has version 2/),
      });
      await lab.stop();
      lab.run(new PlanV2());
      await until(async () => (await lab.store.parking.list()).length === 0);
      expect(await lab.process('plan', '1')).toMatchObject({ state: { all: ['air', 'rail'] } });
    });

    it('parks at once what it refuses for a reason of its domain, and goes on after a replay', async () => {
      let refusing = true;
      @ProcessManager('strict')
      class Strict extends Process {
        state = { notes: 0 };
        @StartsWith(TripPlanned)
        planned(): void {}
        @On(TripNoted)
        noted(): void {
          if (refusing) throw new SoldOut('not this one');
          this.state.notes += 1;
        }
      }
      const [events] = lab.run(new Strict());
      await lab.happen('trip-1', new TripPlanned([]), new TripNoted('a'), new TripNoted('b'));
      await until(() => events!.status().parked === 1);
      expect(events!.status().retried).toBe(0);
      expect(await parked()).toMatchObject([{ position: 2n, reason: 'sold-out: not this one', attempts: 1 }]);
      refusing = false;
      await lab.store.parking.replay({ name: 'strict', log: 'events' }, 2n);
      await until(async () => (await lab.store.parking.list()).length === 0);
      expect(await lab.process('strict', '1')).toMatchObject({ state: { notes: 2 } });
    });
  });
});
