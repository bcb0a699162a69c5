import { describe, expect, it } from 'vitest';
import { ConfigurationError, EventNotRegisteredError, UnknownEventTypeError } from '../errors.js';
import { Event } from './event.decorator.js';
import { EventRegistry } from './event-registry.js';

@Event('thing.named', {
  version: 3,
  upcast: [
    ({ title }) => ({ first: title }), // 1 → 2: title was renamed
    ({ first }) => ({ name: first, by: 'unknown' }), // 2 → 3: renamed again, and who did it
  ],
})
class Named {
  constructor(
    readonly name: string,
    readonly by: string,
  ) {}

  get loud(): string {
    return this.name.toUpperCase();
  }
}

@Event('thing.named')
class AlsoNamed {}

@Event('thing.gone')
class Gone {}

class Undeclared {}
class Inherited extends Gone {}

describe('an event registry', () => {
  it('is a closed set: an event outside of it is neither written nor read', () => {
    const registry = new EventRegistry().register(Named);
    expect(() => registry.encode(new Gone())).toThrow(EventNotRegisteredError);
    expect(() => registry.decode({ type: 'thing.gone', schemaVersion: 1, data: {} })).toThrow(UnknownEventTypeError);
    expect([
      registry.has(Named),
      registry.has(Gone),
      registry.knows('thing.named'),
      registry.knows('thing.gone'),
    ]).toEqual([true, false, true, false]);
  });

  it('refuses a class without @Event, also one whose parent has it', () => {
    expect(() => new EventRegistry().register(Undeclared)).toThrow(EventNotRegisteredError);
    expect(() => new EventRegistry().register(Inherited)).toThrow(EventNotRegisteredError);
  });

  it('refuses a second class for a type, and takes the same class twice', () => {
    const registry = new EventRegistry().register(Named, Named);
    expect(() => registry.register(AlsoNamed)).toThrow(ConfigurationError);
    expect(() => registry.register(AlsoNamed)).toThrow('declared by Named and by AlsoNamed');
    expect(registry.types()).toEqual(['thing.named']);
  });

  it('writes the fields of an event with its type and present schema version', () => {
    expect(new EventRegistry().register(Named).encode(new Named('a', 'b'))).toEqual({
      type: 'thing.named',
      schemaVersion: 3,
      data: { name: 'a', by: 'b' },
    });
  });

  it('gives a row back as an instance of its class', () => {
    const event = new EventRegistry()
      .register(Named)
      .decode({ type: 'thing.named', schemaVersion: 3, data: { name: 'a', by: 'b' } });
    expect(event).toEqual(new Named('a', 'b'));
    expect(event).toBeInstanceOf(Named);
    expect((event as Named).loud).toBe('A');
  });

  it.each([
    [1, { title: 'a' }],
    [2, { first: 'a' }],
  ])('raises a row of schema version %i to the present one, step by step', (schemaVersion, data) => {
    const event = new EventRegistry().register(Named).decode({ type: 'thing.named', schemaVersion, data });
    expect(event).toEqual(new Named('a', 'unknown'));
    expect(data).not.toHaveProperty('by');
  });

  it.each([0, 4])('refuses a row of schema version %i, which this build does not know', (schemaVersion) => {
    const registry = new EventRegistry().register(Named);
    expect(() => registry.decode({ type: 'thing.named', schemaVersion, data: {} })).toThrow(
      'this build knows versions 1 to 3',
    );
  });

  it('keeps the class of an event whose data has a field named __proto__', () => {
    const data = JSON.parse('{"__proto__": {"loud": "no"}, "name": "a"}') as object;
    const event = new EventRegistry().register(Named).decode({ type: 'thing.named', schemaVersion: 3, data });
    expect(event).toBeInstanceOf(Named);
    expect((event as Named).loud).toBe('A');
  });
});

describe('@Event', () => {
  it.each(['', 'placed', 'Order.placed', 'order placed', 'order.'])('refuses the type %j', (type) => {
    expect(() => Event(type)(class Wrong {})).toThrow(ConfigurationError);
  });

  it.each([{ version: 0 }, { version: 2 }, { version: 1.5 }, { upcast: [(data: object) => ({ ...data })] }])(
    'refuses %o: every older version needs its upcaster, and no other',
    (options) => {
      expect(() => Event('order.placed', options)(class Wrong {})).toThrow(ConfigurationError);
    },
  );
});
