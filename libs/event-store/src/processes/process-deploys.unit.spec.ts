// Two builds of a service beside each other, and the first deploy of a process: what each of them leaves to the other.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deterministicId } from '../core/index.js';
import { On } from '../subscriptions/index.js';
import { ProcessLab } from '../testing/process-lab.js';
import { Paid, Tell, Trip, tripCommands, tripEvents, TripNoted, TripPlanned } from '../testing/trip.process.js';
import { Process } from './process.js';
import { OnTimer, processDefinition, ProcessManager, StartsWith } from './process.decorators.js';
import { processSubscriptions } from './process-subscription.js';

@ProcessManager('plan')
class Older extends Process {
  state = { notes: [] as string[] };
  @StartsWith(TripPlanned)
  planned(): void {}
  @On(TripNoted)
  noted({ note }: TripNoted): void {
    this.state.notes.push(note);
  }
}

@ProcessManager('plan', { unknown: 'park' })
class Parking extends Older {}

@ProcessManager('plan', { version: 2, upcast: [(state) => state] })
class Newer extends Older {
  override planned(): void {
    this.wake('deadline', { afterMs: 1_000 });
  }
  @OnTimer('deadline')
  late(): void {
    this.send(new Tell('late'));
  }
}
StartsWith(TripPlanned)(Newer.prototype, 'planned', Object.getOwnPropertyDescriptor(Newer.prototype, 'planned')!);

describe('a process that is deployed', () => {
  let lab: ProcessLab;

  beforeEach(() => (lab = new ProcessLab({ ...tripEvents, commands: tripCommands })));
  afterEach(() => lab.stop());

  const waiting = async () => (await lab.store.parking.list()).map(({ type, reason }) => `${type} ${reason}`);
  const notes = async () => ((await lab.process('plan', '1'))?.state as { notes: string[] } | undefined)?.notes;

  it('begins now, in both logs, or at their beginning where it says so', () => {
    @ProcessManager('takeover', { start: 'beginning' })
    class Takeover extends Trip {}
    const startsOf = (instance: Process) => {
      const { registry, commands, logger, store } = lab;
      const { outgoing, processes } = store;
      const shared = { store: processes, outgoing, registry, commands, orphanWaitMs: 1_000, logger };
      const definition = processDefinition(instance.constructor as new () => Process);
      const inboundTypes = new Set(['bank.paid', 'bank.refused']);
      return processSubscriptions({ ...shared, definition, instance, inboundTypes }).map(({ start }) => start);
    };
    expect(startsOf(new Trip())).toEqual(['now', 'now']);
    expect(startsOf(new Takeover())).toEqual(['beginning', 'beginning']);
  });

  it('leaves a timer that only a newer build knows to that build', async () => {
    const newer = lab.run(new Newer());
    await lab.happen('trip-1', new TripPlanned([]));
    await lab.clock.until(() => newer[0]!.status().position === 1n);
    await lab.stop();
    lab.run(new Older());
    await lab.clock.until(async () => (await waiting()).length > 0, 30_000);
    expect(await waiting()).toEqual([expect.stringMatching(/^process\.timer ES-1507/)]);
    await lab.stop();
    lab.run(new Newer());
    await lab.clock.until(async () => (await lab.sent()).length > 0, 30_000);
    expect(await lab.sent()).toEqual([new Tell('late')]);
  });

  /** A row of version 2, which can be read once `deployed` is called, and an event behind it. */
  const happenNewer = async () => {
    const { registry } = lab;
    const [unreadable, decodeAll] = [registry.unreadable.bind(registry), registry.decodeAll.bind(registry)];
    let isOlder = true;
    registry.unreadable = (record) => (isOlder ? unreadable(record) : undefined);
    registry.decodeAll = (record) => decodeAll(isOlder ? record : { ...record, schemaVersion: 1 });
    await lab.happen('trip-1', new TripPlanned([]));
    const event = {
      id: deterministicId('newer', 1),
      ...registry.encode(new TripNoted('a')),
      metadata: { correlationId: 'c' },
    };
    await lab.store.events.append({ stream: 'trip-1', expected: 'any', events: [{ ...event, schemaVersion: 2 }] });
    await lab.happen('trip-1', new TripNoted('b'));
    return { deployed: () => (isOlder = false) };
  };

  it('stops in front of an event of a newer schema, for as long as the build that knows it is not there', async () => {
    const [events] = lab.run(new Older());
    const { deployed } = await happenNewer();
    await lab.clock.advance(200_000);
    expect(events!.status()).toMatchObject({ state: 'stopped', position: 1n, parked: 0 });
    expect([await notes(), await waiting()]).toEqual([[], []]);
    deployed();
    await lab.clock.until(async () => (await notes())?.length === 2, 60_000);
    expect(await notes()).toEqual(['a', 'b']);
  });

  it('waits for an hour, and later events of its process behind it, where it would rather park one than stop', async () => {
    const [events] = lab.run(new Parking());
    const { deployed } = await happenNewer();
    await lab.clock.advance(1_800_000);
    expect(events!.status()).toMatchObject({ position: 3n, parked: 0 });
    expect((await waiting())[0]).toMatch(/^trip\.noted ES-1005/);
    expect(await notes()).toEqual([]);
    deployed();
    await lab.clock.until(async () => (await waiting()).length === 0, 60_000);
    expect(await notes()).toEqual(['a', 'b']);
  });

  it('gives an event that has waited long for its start all its attempts afterwards', async () => {
    let failures = 3;
    class Frail extends Trip {
      override paid(event: Paid): void {
        if ((failures -= 1) >= 0) throw new Error('not yet');
        super.paid(event);
      }
    }
    ProcessManager('trip', { correlate: (event, { stream }) => ('tripId' in event ? event.tripId : stream.id) })(Frail);
    const [, inbound] = lab.run(new Frail());
    await lab.arrive('1', new Paid('1', 10));
    await lab.clock.advance(120_000);
    await lab.happen('trip-1', new TripPlanned([]));
    await lab.clock.until(async () => (await lab.sent()).length > 0, 50_000);
    expect(failures).toBeLessThan(0);
    expect(inbound!.status().parked).toBe(0);
  });
});
