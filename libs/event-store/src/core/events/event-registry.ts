// The closed set of events a service knows: type ↔ class, both ways. A row comes back as instances of its class, raised to the present schema.
import type { Class } from './event.js';
import {
  ConfigurationError,
  CorruptStreamError,
  EventNotRegisteredError,
  UnknownEventTypeError,
  UpcastError,
} from '../errors.js';
import { eventDeclaration, type EventDeclaration } from './event.decorator.js';
import { OtherEvent, partsOf, type EventData } from './upcaster.js';

export interface EncodedEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: object;
}

interface Known {
  readonly eventClass: Class;
  readonly declaration: EventDeclaration;
}

export class EventRegistry {
  /** By every name a row may have: types and aliases. */
  private readonly names = new Map<string, Known>();
  private readonly classes = new Set<Class>();

  /** `partial`: it holds only what somebody handles, so parts of a row that are other events are left out instead of refused. */
  constructor(private readonly options: { readonly partial?: boolean } = {}) {}

  /**
   * With the events that the class is made from (`from`). @throws EventNotRegisteredError no `@Event` on the class;
   * @throws ConfigurationError its type or one of its aliases belongs to another class.
   */
  register(...eventClasses: readonly Class[]): this {
    for (const eventClass of eventClasses) {
      const declaration = eventDeclaration(eventClass);
      if (!declaration) throw new EventNotRegisteredError(eventClass.name, `Put @Event('…') on the class.`);
      if (this.classes.has(eventClass)) continue;
      const names = [declaration.type, ...declaration.aliases];
      for (const name of names) {
        const other = this.names.get(name)?.eventClass;
        if (!other) continue;
        throw new ConfigurationError(
          `Event type ${name} is declared by ${other.name} and by ${eventClass.name}, as its type or as an alias. A name in the log belongs to one class.`,
        );
      }
      for (const name of names) this.names.set(name, { eventClass, declaration });
      this.classes.add(eventClass);
      this.register(...declaration.from);
    }
    return this;
  }

  has(eventClass: Class): boolean {
    return this.classes.has(eventClass);
  }

  /** Whether rows of this name, a type or an alias, can be read. */
  knows(type: string): boolean {
    return this.names.has(type);
  }

  /** The class that reads rows of this name. */
  classOf(type: string): Class | undefined {
    return this.names.get(type)?.eventClass;
  }

  /** All registered types, sorted; aliases left out. */
  types(): string[] {
    return [...this.classes].map((eventClass) => eventDeclaration(eventClass)!.type).sort();
  }

  /** Every name of a row that may give an instance of this class: its type, its aliases, and the same of the events it is made from. */
  namesOf(eventClass: Class): string[] {
    const { type, aliases, from } = eventDeclaration(eventClass)!;
    return [...new Set([type, ...aliases, ...from.flatMap((source) => this.namesOf(source))])];
  }

  /** @throws EventNotRegisteredError for an instance of a class outside the set, or of one that is retired. */
  encode(event: object): EncodedEvent {
    const eventClass = event.constructor as Class;
    const declaration = eventDeclaration(eventClass);
    if (!declaration || !this.has(eventClass)) {
      throw new EventNotRegisteredError(
        eventClass.name,
        'Give the aggregate a @When for it, or list it in EventStoreModule.forFeature({ events }).',
      );
    }
    if (declaration.retired) {
      throw new EventNotRegisteredError(eventClass.name, 'It is retired: it can be read, and not be raised any more.');
    }
    return { type: declaration.type, schemaVersion: declaration.schemaVersion, data: { ...event } };
  }

  /** Why this build cannot read the row: its type, or a newer schema version, is not known. Undefined where it can. Decodes nothing. */
  unreadable({ type, schemaVersion }: Pick<EncodedEvent, 'type' | 'schemaVersion'>): UnknownEventTypeError | undefined {
    const known = this.names.get(type);
    if (!known) return new UnknownEventTypeError(type, schemaVersion, 'the type is not registered');
    const newest = known.declaration.schemaVersion;
    if (schemaVersion >= 1 && schemaVersion <= newest) return undefined;
    return new UnknownEventTypeError(type, schemaVersion, `this build knows versions 1 to ${newest}`);
  }

  /** What the row is today, in order: one event, unless an upcaster makes none or several of it. @throws as {@link decode}, but for its last. */
  decodeAll(stored: EncodedEvent): readonly object[] {
    const known = this.names.get(stored.type);
    const present = presentEvent(stored, known);
    if (present) return [present];
    const problem = this.unreadable(stored);
    if (problem) throw problem;
    return this.raise(known!, stored.schemaVersion, stored.data as EventData);
  }

  /**
   * The one event a row is. Where a row may be none or several today, {@link decodeAll} tells.
   * @throws UnknownEventTypeError type or a newer schema version that this build does not know.
   * @throws UpcastError an upcaster gave what is no part of an event.
   * @throws CorruptStreamError the row is no event today, or several.
   */
  decode(stored: EncodedEvent): object {
    const present = presentEvent(stored, this.names.get(stored.type));
    if (present) return present;
    const [event, ...others] = this.decodeAll(stored);
    if (event && others.length === 0) return event;
    throw new CorruptStreamError(
      `A row of ${stored.type} version ${stored.schemaVersion} is ${event ? others.length + 1 : 0} events today; expected one. Read it with decodeAll.`,
    );
  }

  private raise(known: Known, from: number, data: EventData): readonly object[] {
    const { eventClass, declaration } = known;
    let parts: readonly (EventData | OtherEvent)[] = [data];
    for (const upcaster of declaration.upcast.slice(from - 1)) {
      parts = parts.flatMap((part) => (part instanceof OtherEvent ? [part] : partsOf(upcaster(part))));
    }
    return parts.flatMap((part): readonly object[] => {
      if (part instanceof OtherEvent) return this.other(part, eventClass);
      if (typeof part !== 'object' || part === null || Array.isArray(part))
        throw new UpcastError(declaration.type, `an upcaster gave ${String(part)}; expected the fields of an event`);
      if (declaration.retired)
        throw new UpcastError(declaration.type, 'it is retired, and its last upcaster still gives one');
      return [instance(eventClass, part)];
    });
  }

  /** Only what says where it comes from: else whoever wants that event would not be shown these rows. */
  private other(part: OtherEvent, source: Class): readonly object[] {
    const target = this.names.get(part.type);
    if (!target && this.options.partial) return [];
    if (target?.declaration.from.includes(source)) return this.decodeAll(part);
    const name = eventDeclaration(source)!.type;
    const where = target ? target.eventClass.name : `the class with @Event('${part.type}')`;
    throw new UpcastError(
      name,
      `it becomes ${part.type}, which does not say so: add { from: [${source.name}] } to ${where}`,
    );
  }
}

/** Of a row that nothing has to be done to: most are of the present version. */
function presentEvent({ schemaVersion, data }: EncodedEvent, known: Known | undefined): object | undefined {
  if (known?.declaration.schemaVersion !== schemaVersion || known.declaration.retired) return undefined;
  return instance(known.eventClass, data as EventData);
}

/** A spread defines fields, Object.assign would set them: a field named __proto__ must not change the class. */
function instance(eventClass: Class, data: EventData): object {
  return { __proto__: eventClass.prototype as object, ...data };
}
