import { describe, expect, it } from 'vitest';
import { oldShelfRows, Shelf, ShelfDusted, ShelfRemarked, ShelfStocked } from '../../testing/shelf.js';
import { Aggregate, aggregateDefinition, aggregateEvents } from '../aggregates/aggregate.decorators.js';
import { EventSourcedAggregate } from '../aggregates/aggregate.js';
import { ConfigurationError, CorruptStreamError, EventNotRegisteredError, UpcastError } from '../errors.js';
import { Event } from './event.decorator.js';
import { EventRegistry } from './event-registry.js';
import { snapshotRevision } from '../aggregates/snapshot-revision.js';
import { asEvent, type Upcaster } from './upcaster.js';

const registry = new EventRegistry().register(...aggregateEvents(Shelf));

describe('a name that an event had before', () => {
  it('is read as the present one, through the same upcasters, and never written', () => {
    const row = { type: 'shelf.filled', schemaVersion: 2, data: { title: 'Emma' } };
    expect(registry.decode(row)).toEqual(new ShelfStocked('Emma', 1));
    expect(registry.decode({ ...row, schemaVersion: 3 })).toBeInstanceOf(ShelfStocked);
    expect(registry.knows('shelf.filled')).toBe(true);
    expect(registry.encode(new ShelfStocked('Emma', 1)).type).toBe('shelf.stocked');
  });

  it.each([
    ['its type is an alias elsewhere', 'shelf.filled', []],
    ['its alias is a type elsewhere', 'shelf.new', ['shelf.stocked']],
    ['both have the alias', 'shelf.new', ['shelf.filled']],
  ])('is refused where two classes claim it: %s', (_case, type, aliases) => {
    @Event(type, { aliases })
    class Claims {}
    expect(() => new EventRegistry().register(ShelfStocked, Claims)).toThrow(ConfigurationError);
    expect(() => new EventRegistry().register(Claims, ShelfStocked)).toThrow(
      /is declared by .*as its type or as an alias/,
    );
  });

  it('is written like a type', () => {
    expect(() => Event('shelf.new', { aliases: ['Old'] })(class Wrong {})).toThrow("alias 'Old'");
  });
});

describe('an upcaster', () => {
  it('makes several events of one row, also of other types, each raised to its present version', () => {
    expect(registry.decodeAll(oldShelfRows.filled)).toEqual([
      new ShelfStocked('Emma', 1),
      new ShelfStocked('Ulysses', 1),
      new ShelfRemarked('dusty'),
    ]);
    expect(registry.decodeAll(oldShelfRows.filled).map(({ constructor }) => constructor)).toEqual([
      ShelfStocked,
      ShelfStocked,
      ShelfRemarked,
    ]);
    expect(() => registry.decode(oldShelfRows.filled)).toThrow(CorruptStreamError);
  });

  it('leaves out what a partial registry does not hold, where a whole one refuses it', () => {
    const partial = new EventRegistry({ partial: true }).register(ShelfStocked);
    expect(partial.decodeAll(oldShelfRows.filled)).toEqual([
      new ShelfStocked('Emma', 1),
      new ShelfStocked('Ulysses', 1),
    ]);
    expect(() => new EventRegistry().register(ShelfStocked).decodeAll(oldShelfRows.filled)).toThrow(UpcastError);
  });

  it('makes nothing of a row that is of no interest any more', () => {
    expect(registry.decodeAll(oldShelfRows.nothing)).toEqual([]);
    expect(registry.decodeAll(oldShelfRows.dusted)).toEqual([]);
    expect(() => registry.decode(oldShelfRows.dusted)).toThrow('is 0 events today; expected one');
  });

  it('makes other events only of a class that says so, because nobody would be shown those rows', () => {
    @Event('note.split', { version: 2, upcast: [() => asEvent('note.made', 1, {})], retired: true })
    class Split {}
    @Event('note.made')
    class Silent {}
    @Event('note.made', { from: [Split] })
    class Made {}
    const row = { type: 'note.split', schemaVersion: 1, data: {} };
    expect(() => new EventRegistry().register(Split, Silent).decodeAll(row)).toThrow('add { from: [Split] } to Silent');
    expect(() => new EventRegistry().register(Split).decodeAll(row)).toThrow(UpcastError);
    expect(new EventRegistry().register(Made).decodeAll(row)).toEqual([new Made()]);
  });

  it.each([[null], ['text'], [[[]]]])('that gives %j fails with what was expected', (given) => {
    @Event('note.wrong', { version: 2, upcast: [(() => given) as unknown as Upcaster] })
    class Wrong {}
    const row = { type: 'note.wrong', schemaVersion: 1, data: {} };
    expect(() => new EventRegistry().register(Wrong).decodeAll(row)).toThrow('expected the fields of an event');
  });
});

describe('the rows that may give an event', () => {
  it('have its type, its aliases, and the names of the events it is made from', () => {
    expect(registry.namesOf(ShelfStocked)).toEqual(['shelf.stocked', 'shelf.filled']);
    expect(registry.namesOf(ShelfRemarked)).toEqual(['shelf.remarked', 'shelf.stocked', 'shelf.filled']);
    expect(new EventRegistry().register(ShelfRemarked).has(ShelfStocked)).toBe(true);
  });
});

describe('a retired event', () => {
  it('can be read, and not be raised', () => {
    expect(() => registry.encode(new ShelfDusted())).toThrow(EventNotRegisteredError);
    expect(() => registry.encode(new ShelfDusted())).toThrow('It is retired');
  });

  it('says what becomes of its rows, all of them', () => {
    expect(() => Event('note.old', { retired: true })(class Wrong {})).toThrow('needs an upcaster');
    @Event('note.old', { version: 2, upcast: [(data) => ({ ...data })], retired: true })
    class Wrong {}
    const row = { type: 'note.old', schemaVersion: 1, data: {} };
    expect(() => new EventRegistry().register(Wrong).decodeAll(row)).toThrow('its last upcaster still gives one');
    expect(() => new EventRegistry().register(Wrong).decodeAll({ ...row, schemaVersion: 2 })).toThrow(UpcastError);
  });

  it('is what an aggregate lists as such', () => {
    @Aggregate('wrong', { retired: [ShelfStocked] })
    class Wrong extends EventSourcedAggregate<object> {
      state = {};
    }
    expect(() => aggregateDefinition(Wrong)).toThrow('expected @Event(');
  });
});

describe('the revision of a snapshot', () => {
  it('is another one when an event comes from elsewhere than before', () => {
    const { appliers, ...definition } = aggregateDefinition(Shelf);
    const revision = snapshotRevision(Shelf, { ...definition, appliers });
    expect(snapshotRevision(Shelf, { ...definition, appliers, retired: [] })).not.toBe(revision);
    @Event('shelf.remarked', { version: 2, upcast: [({ text }) => ({ remark: text })] })
    class ShelfRemarkedAlone {}
    Object.defineProperty(ShelfRemarkedAlone, 'toString', { value: () => String(ShelfRemarked) });
    const alone = new Map(
      [...appliers].map(([event, name]) => [event === ShelfRemarked ? ShelfRemarkedAlone : event, name]),
    );
    expect(snapshotRevision(Shelf, { ...definition, appliers: alone })).not.toBe(revision);
  });
});
