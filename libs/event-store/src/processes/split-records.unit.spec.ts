// A row that is several events today: sagas and processes react to each, and what they send has an id of its own.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deterministicId, EventRegistry, type EncodedEvent } from '../core/index.js';
import { On } from '../subscriptions/index.js';
import { ProcessLab } from '../testing/process-lab.js';
import { oldShelfRows, ShelfRemarked, ShelfStocked } from '../testing/shelf.js';
import { Tell } from '../testing/trip.process.js';
import { Process } from './process.js';
import { OnTimer, ProcessManager, StartsWith } from './process.decorators.js';
import { sagaSubscription } from './saga.js';

const { filled, nothing } = oldShelfRows;

@ProcessManager('shelving')
class Shelving extends Process {
  state = { titles: [] as string[] };
  @StartsWith(ShelfStocked)
  stocked({ title }: ShelfStocked): void {
    this.state.titles.push(title);
    this.send(new Tell(title));
    this.wake('look', { afterMs: 1_000 });
  }
  @On(ShelfRemarked)
  remarked({ remark }: ShelfRemarked): void {
    this.send(new Tell(`${this.state.titles.length} ${remark}`));
  }
  @OnTimer('look')
  look(): void {
    this.send(new Tell('looked'));
  }
}

@ProcessManager('remarks', { correlate: (event) => (event as ShelfRemarked).remark })
class ByRemark extends Process {
  state = {};
  @StartsWith(ShelfRemarked)
  remarked({ remark }: ShelfRemarked): void {
    this.send(new Tell(remark));
  }
}

@ProcessManager('titles', { correlate: (event) => (event as ShelfStocked).title })
class ByTitle extends Process {
  state = {};
  @StartsWith(ShelfStocked)
  stocked(): void {}
}

describe('a row that an upcaster makes several events of', () => {
  let lab: ProcessLab;
  beforeEach(() => (lab = new ProcessLab({ own: [ShelfStocked, ShelfRemarked], foreign: [], commands: [Tell] })));
  afterEach(() => lab.stop());

  const append = async (row: EncodedEvent): Promise<string> => {
    const id = deterministicId('old', JSON.stringify(row.data));
    const events = [{ id, ...row, metadata: { correlationId: 'c' } }];
    await lab.store.events.append({ stream: 'shelf-1', expected: 'any', events });
    return id;
  };
  const idsSent = async () => (await lab.outgoing()).map(({ id }) => id);

  it('is handled part after part by a process, in one unit: commands and timers are all there, with ids that differ', async () => {
    const [events] = lab.run(new Shelving());
    const id = await append(filled);
    await lab.clock.until(() => events!.status().position === 1n);
    expect(await lab.sent()).toEqual([new Tell('Emma'), new Tell('Ulysses'), new Tell('2 dusty')]);
    expect((await lab.process('shelving', '1'))!.state).toEqual({ titles: ['Emma', 'Ulysses'] });
    const ids = await idsSent();
    expect(ids[0]).toBe(deterministicId('shelving', id, 0)); // as before the row was several
    expect(new Set(ids).size).toBe(3);
    await lab.clock.until(async () => (await lab.sent()).length === 5, 10_000);
    expect((await lab.sent()).slice(3)).toEqual([new Tell('looked'), new Tell('looked')]);
  });

  it('starts a process with the one part that this reacts to, and none where no part is left', async () => {
    const [events] = lab.run(new ByRemark());
    await append(nothing);
    await append(filled);
    await lab.clock.until(() => events!.status().position === 2n);
    expect(await lab.sent()).toEqual([new Tell('dusty')]);
    expect(events!.status()).toMatchObject({ handled: 1 });
    expect(await lab.store.parking.list()).toEqual([]);
  });

  it('fails where its parts would belong to several processes', async () => {
    lab.run(new ByTitle());
    await append(filled);
    await lab.clock.until(async () => (await lab.store.parking.list()).length > 0);
    expect((await lab.store.parking.list())[0]!.reason).toMatch(/ES-1505.*gave several of one record/);
  });

  it('is answered by a saga part after part, with ids that count on', async () => {
    const registry = new EventRegistry().register(ShelfStocked, ShelfRemarked);
    const { outgoing } = lab.store;
    const runner = lab.runner(
      sagaSubscription({
        name: 'tell-all',
        log: 'events',
        start: 'beginning',
        registry,
        outgoing,
        run: (event) => Promise.resolve([new Tell(event.constructor.name)]),
        encodeCommand: (command) => lab.commands.encode(command),
      }),
    );
    const id = await append(filled);
    await lab.clock.until(() => runner.status().position === 1n);
    expect(await lab.sent()).toEqual(['ShelfStocked', 'ShelfStocked', 'ShelfRemarked'].map((name) => new Tell(name)));
    expect(await idsSent()).toEqual([0, 1, 2].map((index) => deterministicId('tell-all', id, index)));
  });
});
