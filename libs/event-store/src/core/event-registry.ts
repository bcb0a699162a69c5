// The closed set of events a service knows: type ↔ class, both ways. A row comes back as an instance of its class, raised to the present schema.
import type { Class } from './event.js';
import { ConfigurationError, EventNotRegisteredError, UnknownEventTypeError } from './errors.js';
import { eventDeclaration, type EventDeclaration } from './event.decorator.js';

export interface EncodedEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: object;
}

export class EventRegistry {
  private readonly classes = new Map<string, { eventClass: Class; declaration: EventDeclaration }>();

  /** @throws EventNotRegisteredError no `@Event` on the class; @throws ConfigurationError its type belongs to another class. */
  register(...eventClasses: readonly Class[]): this {
    for (const eventClass of eventClasses) {
      const declaration = eventDeclaration(eventClass);
      if (!declaration) throw new EventNotRegisteredError(eventClass.name, `Put @Event('…') on the class.`);
      const known = this.classes.get(declaration.type);
      if (known && known.eventClass !== eventClass) {
        throw new ConfigurationError(
          `Event type ${declaration.type} is declared by ${known.eventClass.name} and by ${eventClass.name}. A type belongs to one class.`,
        );
      }
      this.classes.set(declaration.type, { eventClass, declaration });
    }
    return this;
  }

  has(eventClass: Class): boolean {
    const declaration = eventDeclaration(eventClass);
    return declaration !== undefined && this.classes.get(declaration.type)?.eventClass === eventClass;
  }

  knows(type: string): boolean {
    return this.classes.has(type);
  }

  classOf(type: string): Class | undefined {
    return this.classes.get(type)?.eventClass;
  }

  /** All registered types, sorted. */
  types(): string[] {
    return [...this.classes.keys()].sort();
  }

  /** @throws EventNotRegisteredError for an instance of a class outside the set. */
  encode(event: object): EncodedEvent {
    const eventClass = event.constructor as Class;
    const declaration = eventDeclaration(eventClass);
    if (!declaration || !this.has(eventClass)) {
      throw new EventNotRegisteredError(
        eventClass.name,
        'Give the aggregate a @When for it, or list it in EventStoreModule.forFeature({ events }).',
      );
    }
    return { type: declaration.type, schemaVersion: declaration.schemaVersion, data: { ...event } };
  }

  /** @throws UnknownEventTypeError type or a newer schema version that this build does not know. */
  decode(stored: EncodedEvent): object {
    const known = this.classes.get(stored.type);
    if (!known) throw new UnknownEventTypeError(stored.type, stored.schemaVersion, 'the type is not registered');
    const { schemaVersion, upcast } = known.declaration;
    if (stored.schemaVersion > schemaVersion || stored.schemaVersion < 1) {
      throw new UnknownEventTypeError(
        stored.type,
        stored.schemaVersion,
        `this build knows versions 1 to ${schemaVersion}`,
      );
    }
    let data = stored.data as Record<string, unknown>;
    for (const upcaster of upcast.slice(stored.schemaVersion - 1)) data = upcaster(data);
    // A spread defines fields, Object.assign would set them: a field named __proto__ must not change the class.
    return { __proto__: known.eventClass.prototype as object, ...data };
  }
}
