import { describe, expect, it } from 'vitest';
import {
  Event,
  EventNotRegisteredError,
  EventRegistry,
  systemIds,
  type Class,
  type EventContext,
} from '../../core/index.js';
import type { MemoryDatabase } from '../../memory/index.js';
import { SubscriptionLab } from '../../testing/subscription-lab.js';
import { withInlineProjections } from './inline-projections.js';
import { asyncProjection, type Projection, type ProjectionHandler } from './projection.js';

@Event('lab.noted')
class Noted {
  constructor(readonly value: string) {}

  loudly(): string {
    return this.value.toUpperCase();
  }
}

@Event('lab.other')
class Other {}

class Undeclared {}

const registry = new EventRegistry().register(Noted, Other);

function projection(handle: ProjectionHandler, event: Class = Noted): Projection {
  return { name: 'list', version: 2, handlers: new Map([[event, handle]]) };
}

function rows(lab: SubscriptionLab) {
  return lab.store.database.table<string>('list');
}

describe('an asynchronous projection', () => {
  it('gets instances of its event classes with their context, from the beginning, under a name with its version', async () => {
    const lab = new SubscriptionLab();
    const contexts: EventContext[] = [];
    const write: ProjectionHandler = (event, context, db) => {
      contexts.push(context);
      (db as MemoryDatabase).table<string>('list').set(context.stream.id, (event as Noted).loudly());
    };
    await lab.append('note-a-1', 'first');
    const runner = lab.runner(asyncProjection({ ...projection(write), registry }));
    await lab.clock.until(() => runner.status().position === 1n);
    expect(runner.status().name).toBe('list@v2');
    expect(rows(lab).all()).toEqual(['FIRST']);
    expect(contexts[0]).toMatchObject({
      stream: { name: 'note-a-1', category: 'note', id: 'a-1' },
      version: 1,
      position: 1n,
      metadata: { correlationId: 'c-1' },
    });
    await lab.stop();
  });

  it('takes the key of a message from another context for its stream', async () => {
    const contexts: EventContext[] = [];
    const definition = asyncProjection({
      ...projection((_event, context) => contexts.push(context)),
      log: 'inbound',
      registry,
    });
    const record = { position: 1n, id: 'm', key: 'a-1', version: 0, type: 'lab.noted', schemaVersion: 1, data: {} };
    const transaction = { db: undefined } as never;
    await definition.handle({ ...record, metadata: { correlationId: 'c' }, time: new Date(0) }, transaction);
    expect(contexts[0]?.stream).toEqual({ name: 'a-1', category: '', id: 'a-1' });
  });

  it('is refused when it handles an event nobody registered', () => {
    expect(() => asyncProjection({ ...projection(() => undefined, Undeclared), registry })).toThrow(
      EventNotRegisteredError,
    );
  });
});

describe('an inline projection', () => {
  const noted = (id: string = systemIds.next()) => ({
    id,
    type: 'lab.noted',
    schemaVersion: 1,
    data: { value: 'x' },
    metadata: { correlationId: 'c' },
  });

  function open(handle: ProjectionHandler) {
    const lab = new SubscriptionLab();
    const { events, unitOfWork } = lab.store;
    return { lab, store: withInlineProjections(events, unitOfWork, registry, [projection(handle)]) };
  }

  const write: ProjectionHandler = (event, { stream, version, position }, db) => {
    (db as MemoryDatabase)
      .table<string>('list')
      .set(`${stream.id}/${version}`, `${(event as Noted).loudly()}@${position}`);
  };

  it('commits with the append', async () => {
    const { lab, store } = open(write);
    const result = await store.append({ stream: 'note-1', expected: 'any', events: [noted(), noted()] });
    expect(rows(lab).all()).toEqual(['X@1', 'X@2']);
    expect(result).toMatchObject({ firstVersion: 1, version: 2, repeated: false });
  });

  it('takes the append with it when it fails', async () => {
    const { lab, store } = open((event, context, db) => {
      write(event, context, db);
      throw new Error('no such column');
    });
    const appending = store.append({ stream: 'note-1', expected: 'any', events: [noted()] });
    await expect(appending).rejects.toThrow('no such column');
    expect(rows(lab).all()).toEqual([]);
    expect(await store.readStream('note-1')).toEqual([]);
  });

  it('rolls back with the unit of work the append is part of', async () => {
    const { lab, store } = open(write);
    const unit = lab.store.unitOfWork.run(async () => {
      await store.append({ stream: 'note-1', expected: 'any', events: [noted()] });
      expect(rows(lab).all()).toEqual(['X@1']);
      throw new Error('something else');
    });
    await expect(unit).rejects.toThrow('something else');
    expect(rows(lab).all()).toEqual([]);
  });

  it('does not run again for an append that is repeated', async () => {
    let runs = 0;
    const { store } = open(() => void (runs += 1));
    const request = { stream: 'note-1', expected: 'any', events: [noted(systemIds.next())] } as const;
    await store.append(request);
    expect((await store.append(request)).repeated).toBe(true);
    expect(runs).toBe(1);
  });

  it('leaves appends alone that contain nothing it handles, and everything else of the store', async () => {
    const { lab, store } = open(write);
    await store.append({
      stream: 'note-1',
      expected: 'no-stream',
      events: [{ ...noted(), type: 'lab.other', data: {} }],
    });
    expect(rows(lab).all()).toEqual([]);
    expect(await store.streamVersion('note-1')).toBe(1);
  });

  it('may be added after the store was built', async () => {
    const lab = new SubscriptionLab();
    const projections: Projection[] = [];
    const store = withInlineProjections(lab.store.events, lab.store.unitOfWork, registry, projections);
    projections.push(projection(write));
    await store.append({ stream: 'note-1', expected: 'any', events: [noted()] });
    expect(rows(lab).all()).toEqual(['X@1']);
  });
});
