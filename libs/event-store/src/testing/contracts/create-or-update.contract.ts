// Part of the event store's contract: several who decide on what none of them knows to exist. One makes it, the others decide on what was made.
import { expect, it } from 'vitest';
import {
  aggregateEvents,
  AggregateStore,
  EventRegistry,
  MessageContext,
  systemClock,
  systemIds,
  WrongExpectedVersionError,
} from '../../core/index.js';
import type { StoreUnderContract } from './event-store.support.js';
import { Shelf } from '../shelf.js';

export function contractOfCreateOrUpdate(opened: () => StoreUnderContract): void {
  const setUp = () => {
    const registry = new EventRegistry().register(...aggregateEvents(Shelf));
    const { store: events } = opened();
    const shelves = new AggregateStore(Shelf, { events, registry, clock: systemClock, ids: systemIds });
    return { id: systemIds.next(), shelves };
  };
  const asCommand = <T>(commandId: string, work: () => Promise<T>): Promise<T> => {
    const command = { id: commandId, type: 'Stock', contentHash: 'h' };
    return MessageContext.run(new MessageContext({ correlationId: 'contract', command }), work);
  };

  it('lets one of several who come at once create an aggregate, and the others decide on what is there by then', async () => {
    const { id, shelves } = setUp();
    const titles = ['Austen', 'Borges', 'Calvino', 'Duras', 'Eco', 'Frisch']; // nobody can lose more often than there are others
    const stock = (title: string) =>
      asCommand(systemIds.next(), () => shelves.createOrUpdate(id, (shelf) => shelf.stock(title)));
    const results = await Promise.all(titles.map(stock));
    expect(results.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await shelves.load(id)).state.titles.toSorted()).toEqual(titles);
  });

  it('decides again on what another has made meanwhile, and a repeat of the command gets the first result', async () => {
    const { id, shelves } = setUp();
    const commandId = systemIds.next();
    const seen: number[] = [];
    const stock = () =>
      asCommand(commandId, () =>
        shelves.createOrUpdate(id, async (shelf) => {
          seen.push(shelf.version);
          if (seen.length === 1)
            await asCommand(systemIds.next(), () => shelves.create(id, (other) => other.stock('Emma')));
          shelf.stock('Faust');
        }),
      );
    expect(await stock()).toMatchObject({ version: 2, repeated: false });
    expect(await stock()).toMatchObject({ version: 2, repeated: true });
    expect(seen).toEqual([0, 1]);
    expect((await shelves.load(id)).state.titles).toEqual(['Emma', 'Faust']);
  });

  it('passes a lost race on inside a unit of work, which as a whole has to be decided again', async () => {
    const { id, shelves } = setUp();
    const unit = opened().unitOfWork.run(() =>
      shelves.createOrUpdate(id, async (shelf) => {
        await shelves.create(id, (other) => other.stock('Emma')); // in the same unit: it takes the version that is expected
        shelf.stock('Faust');
      }),
    );
    await expect(unit).rejects.toThrow(WrongExpectedVersionError);
    expect(await shelves.exists(id)).toBe(false);
  });
}
