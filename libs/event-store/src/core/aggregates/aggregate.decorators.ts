// @Aggregate names a category of streams; @When says how an event changes the state. Read once per class by aggregateDefinition.
import { ConfigurationError, EventNotRegisteredError } from '../errors.js';
import type { Class } from '../events/event.js';
import { eventDeclaration } from '../events/event.decorator.js';
import type { SnapshotPolicy } from './snapshot.js';

export interface AggregateDefinition {
  /** The part of the stream name before the first `-`. */
  readonly category: string;
  /** Event class → name of the method that applies it. */
  readonly appliers: ReadonlyMap<Class, string | symbol>;
  /** When snapshots are taken; undefined: never. */
  readonly snapshot?: SnapshotPolicy | undefined;
  readonly revision: number;
  /** Events of its streams that it has no use for any more. */
  readonly retired: readonly Class[];
}

export interface AggregateOptions {
  /** When a snapshot of its state is taken, e.g. `every(100)`; default never. A cache: it changes nothing but the time of a load. */
  readonly snapshot?: SnapshotPolicy;
  /**
   * Count it up when the state comes out differently for the same events because of code outside the aggregate's class and its events: a
   * function or a constant elsewhere. Older snapshots are then ignored. A change of these classes, or of an upcaster, shows by itself.
   */
  readonly revision?: number;
  /** Events that its streams still have from former times and nothing raises any more: classes with `@Event(…, { retired: true })`. */
  readonly retired?: readonly Class[];
}

const declared = new WeakMap<object, { readonly category: string } & AggregateOptions>();
const whens = new WeakMap<object, Map<Class, string | symbol>>();
const definitions = new WeakMap<object, AggregateDefinition>();

/** Declares an aggregate. `category` is lower-case and has no `-`: it ends at the first one in a stream's name. */
export function Aggregate(category: string, options: AggregateOptions = {}): ClassDecorator {
  return (target) => {
    if (!/^[a-z][a-z0-9_]*$/.test(category)) {
      throw new ConfigurationError(
        `@Aggregate('${category}') on ${target.name}: expected lower-case letters, digits and _, like 'shipping_label'.`,
      );
    }
    declared.set(target, { category, ...options });
  };
}

/** Applies `event` to the state. Every event an aggregate raises has one, so this list is also what the aggregate may raise. */
export function When<E extends object>(event: Class<E>) {
  return <M extends (event: E) => void>(
    prototype: object,
    name: string | symbol,
    _descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const appliers = whens.get(prototype) ?? new Map<Class, string | symbol>();
    if (appliers.has(event))
      throw new ConfigurationError(`${prototype.constructor.name} has two @When(${event.name}).`);
    whens.set(prototype, appliers.set(event, name));
  };
}

/** @throws ConfigurationError no `@Aggregate`; @throws EventNotRegisteredError a `@When` for a class without `@Event`. */
export function aggregateDefinition(aggregateClass: Class): AggregateDefinition {
  const known = definitions.get(aggregateClass);
  if (known) return known;
  const { category, snapshot, revision = 1, retired = [] } = declared.get(aggregateClass) ?? {};
  if (!category)
    throw new ConfigurationError(`${aggregateClass.name} is not an aggregate. Put @Aggregate('…') on the class.`);
  const appliers = new Map<Class, string | symbol>();
  for (let at = aggregateClass.prototype as object | null; at; at = Object.getPrototypeOf(at) as object | null) {
    for (const [event, name] of whens.get(at) ?? []) if (!appliers.has(event)) appliers.set(event, name);
  }
  for (const event of appliers.keys()) {
    if (!eventDeclaration(event)) {
      throw new EventNotRegisteredError(
        event.name,
        `${aggregateClass.name} has a @When for it: put @Event('…') on ${event.name}.`,
      );
    }
  }
  for (const event of retired) {
    if (eventDeclaration(event)?.retired) continue;
    throw new ConfigurationError(
      `${aggregateClass.name} lists ${event.name} as retired: expected @Event('…', { retired: true }) on ${event.name}.`,
    );
  }
  const definition = { category, appliers, snapshot, revision, retired };
  definitions.set(aggregateClass, definition);
  return definition;
}

/** The events that its streams may have: those it applies, and the retired ones. */
export function aggregateEvents(aggregateClass: Class): Class[] {
  const { appliers, retired } = aggregateDefinition(aggregateClass);
  return [...appliers.keys(), ...retired];
}
