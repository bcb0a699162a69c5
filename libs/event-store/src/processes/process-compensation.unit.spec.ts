import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainError, type LogRecord } from '../core/index.js';
import { On } from '../subscriptions/index.js';
import { ProcessLab } from '../testing/process-lab.js';
import {
  Book,
  tripCommands,
  TripEnded,
  tripEvents,
  TripNoted,
  TripPlanned,
  Unbook,
  Tell,
} from '../testing/trip.process.js';
import { commandDispatchSubscription } from './command-dispatch.js';
import { Process } from './process.js';
import { OnRejection, ProcessManager, StartsWith } from './process.decorators.js';
import { rejectionSignal, rejectionSignalId } from './rejection-signal.js';

class SoldOut extends DomainError {
  readonly code = 'sold-out';
}

// #region compensate
@ProcessManager('journey', { compensate: 'on-rejection' })
class Journey extends Process<{ notes: string[] }> {
  state: { notes: string[] } = { notes: [] };

  @StartsWith(TripPlanned)
  planned({ legs }: TripPlanned): void {
    for (const leg of legs) this.send(new Book(leg), { undo: new Unbook(leg) });
  }
  // #endregion compensate

  @On(TripNoted)
  noted({ note }: TripNoted): void {
    if (note === 'broken') throw new SoldOut('no notes');
    this.state.notes.push(note);
  }

  @On(TripEnded)
  ended(): void {
    this.complete();
  }
}

/** It answers a rejected booking itself. */
@ProcessManager('answering', { compensate: 'on-rejection' })
class Answering extends Journey {
  @OnRejection(Book)
  full({ leg }: Book): void {
    this.send(new Tell(`${leg} is full`));
  }
}

describe('a process that compensates on a rejection', () => {
  let lab: ProcessLab;
  /** What was executed: `Book air`. */
  let done: string[];
  /** What is refused by a business rule, and what fails for another reason. */
  let refused: Set<string>;
  let failing: Set<string>;

  beforeEach(() => {
    lab = new ProcessLab({ ...tripEvents, commands: tripCommands });
    done = [];
    refused = new Set();
    failing = new Set();
  });
  afterEach(() => lab.stop());

  const until = (condition: () => boolean | Promise<boolean>) => lab.clock.until(condition, 60_000);
  const nameOf = ({ type, data }: Pick<LogRecord, 'type' | 'data'>) =>
    `${type} ${'leg' in data ? String(data.leg) : ''}`;
  const row = (process = 'journey') => lab.process(process, '1');
  const run = (process: Process = new Journey()) => {
    const { processes } = lab.store;
    lab.runner(
      commandDispatchSubscription({
        execute: async (command) => {
          const name = nameOf(command);
          if (failing.has(name)) throw new Error('the network is down');
          if (refused.has(name)) throw new SoldOut('Nothing is left.');
          done.push(name);
        },
        onRejected: (command, rejection) => processes.signal(rejectionSignal(command, rejection)!),
        wasRejected: (command) => processes.hasSignal(rejectionSignalId(command)!),
      }),
    );
    return lab.run(process);
  };
  const order = (reason = 'by hand', signalId = '0198c0de-7a11-7000-8000-000000000001') =>
    lab.store.processes.signal({
      signalId,
      process: 'journey',
      id: '1',
      kind: 'compensate',
      data: { reason, actor: 'os-user:olga' },
      metadata: { correlationId: signalId },
    });

  it('takes back the steps that have happened, the last one first, and ends', async () => {
    refused.add('Book rail');
    run();
    await lab.happen('trip-1', new TripPlanned(['air', 'rail', 'sea']));
    await until(() => done.length === 4);
    expect(done).toEqual(['Book air', 'Book sea', 'Unbook sea', 'Unbook air']);
    const reason = 'Book was rejected: sold-out: Nothing is left.';
    expect(await row()).toMatchObject({
      status: 'completed',
      undo: [],
      compensation: { reason, by: 'process:journey', refused: [] },
    });
    const undo = (await lab.outgoing()).slice(3).map(({ metadata }) => metadata);
    const [air, , sea] = await lab.outgoing();
    expect(undo).toMatchObject([
      { reason, undoes: sea!.id, actor: 'process:journey' },
      { reason, undoes: air!.id, actor: 'process:journey' },
    ]);
  });

  it('does not take back a step that is rejected after that was decided', async () => {
    refused.add('Book rail');
    refused.add('Book sea');
    failing.add('Book sea'); // so that it is not answered before the process has decided
    run();
    await lab.happen('trip-1', new TripPlanned(['air', 'rail', 'sea']));
    await until(async () => (await row())?.status === 'completed');
    expect((await lab.sent()).slice(3)).toEqual([new Unbook('sea'), new Unbook('air')]);
    expect(done).toEqual(['Book air']);
    failing.delete('Book sea');
    await until(() => done.length === 2);
    await lab.clock.advance(60_000);
    expect(done).toEqual(['Book air', 'Unbook air']);
    expect(await lab.store.parking.list()).toEqual([]);
  });

  it('retries what fails for a reason of the infrastructure, and takes nothing back', async () => {
    failing.add('Book rail');
    run();
    await lab.happen('trip-1', new TripPlanned(['air', 'rail']));
    await lab.clock.advance(10_000);
    expect([done, (await row())?.status]).toEqual([['Book air'], 'running']);
    failing.clear();
    await until(() => done.length === 2);
    expect(await row()).toMatchObject({ status: 'running', undo: [{}, {}] });
    expect((await row())?.compensation).toBeUndefined();
  });

  it('leaves a rejection to its own reaction where it has one', async () => {
    refused.add('Book rail');
    run(new Answering());
    await lab.happen('trip-1', new TripPlanned(['air', 'rail']));
    await until(() => done.includes('Tell '));
    expect(done).toEqual(['Book air', 'Tell ']);
    expect(await row('answering')).toMatchObject({ status: 'running', undo: [{ data: { leg: 'air' } }] });
  });

  it('keeps what could not be taken back, with the reason, although it has ended; taken back again, only that is sent', async () => {
    refused.add('Book rail');
    refused.add('Unbook air');
    run();
    await lab.happen('trip-1', new TripPlanned(['air', 'sea', 'rail']));
    await until(async () => ((await row())?.compensation?.refused.length ?? 0) > 0);
    expect(await row()).toMatchObject({
      status: 'completed',
      compensation: {
        refused: [{ type: 'Unbook', data: { leg: 'air' }, code: 'sold-out', message: 'Nothing is left.' }],
      },
    });
    expect(lab.lines.find(({ level }) => level === 'error')?.message).toContain(
      'could not be taken back: Unbook was refused',
    );
    expect(done).toEqual(['Book air', 'Book sea', 'Unbook sea']);
    await order('still refused');
    await until(async () => (await lab.sent()).length === 6);
    await until(async () => (await row())?.compensation?.refused.length === 1);
    refused.delete('Unbook air');
    await order('mended', '0198c0de-7a11-7000-8000-000000000002');
    await until(() => done.length === 4);
    expect(done.at(-1)).toBe('Unbook air');
    expect((await row())?.compensation).toEqual({ reason: 'mended', by: 'os-user:olga', refused: [] });
    expect(new Set((await lab.outgoing()).map(({ id }) => id)).size).toBe(7);
  });

  describe('that is told to by an operator', () => {
    it('does it at once although something of it is parked, and what was parked meets its tombstone then', async () => {
      run();
      await lab.arrive('1');
      await lab.happen('trip-1', new TripPlanned(['air', 'sea']), new TripNoted('broken'), new TripNoted('later'));
      await until(async () => (await lab.store.parking.list()).length === 2);
      await order();
      await until(() => done.length === 4);
      expect(done).toEqual(['Book air', 'Book sea', 'Unbook sea', 'Unbook air']);
      expect(await row()).toMatchObject({
        status: 'completed',
        state: { notes: [] },
        compensation: { reason: 'by hand', by: 'os-user:olga' },
      });
      await lab.store.parking.replay({ name: 'journey', log: 'events' }, 2n);
      await until(async () => (await lab.store.parking.list()).length === 0);
      expect(await row()).toMatchObject({ state: { notes: [] } });
    });

    it('goes before what is parked of it in the same log', async () => {
      const [, inbound] = run(new Journey());
      await lab.happen('trip-1', new TripPlanned(['air']));
      await until(() => done.length === 1);
      const { parking, unitOfWork } = lab.store;
      const [record] = await lab.outgoing();
      await unitOfWork.run(() =>
        parking.setAside(
          { name: 'journey', log: 'inbound' },
          { ...record!, position: 0n, key: '1' },
          { attempts: 1, reason: 'E', delayMs: undefined },
        ),
      );
      await order();
      await until(() => done.length === 2);
      expect([done[1], inbound!.status().position]).toEqual(['Unbook air', 1n]);
    });

    it('changes nothing once it has ended, and is told twice without harm', async () => {
      const [events, inbound] = run();
      await lab.happen('trip-1', new TripPlanned(['air']), new TripEnded());
      await until(() => events!.status().position === 2n);
      await order();
      await order('again', '0198c0de-7a11-7000-8000-000000000002');
      await until(() => inbound!.status().position === 2n);
      await until(() => done.length === 1);
      expect([done, await row()]).toMatchObject([['Book air'], { status: 'completed' }]);
      expect((await row())?.compensation).toBeUndefined();
    });
  });
});
