// @Event names a domain event for ever: the type in the log, its schema version, and how older versions and older names become the present one.
import type { Class } from './event.js';
import { ConfigurationError } from '../errors.js';
import type { Upcaster } from './upcaster.js';

export interface EventOptions {
  /** Counts changes of the schema, from 1. */
  readonly version?: number;
  /** `upcast[i]` turns version i + 1 into i + 2: one for each older version. */
  readonly upcast?: readonly Upcaster[];
  /** Names that the log has for this event from former times, under the same count of versions. They are read for ever, and never written again. */
  readonly aliases?: readonly string[];
  /** Other events whose upcasters make parts of this one (see `asEvent`). They are registered along with it. */
  readonly from?: readonly Class[];
  /** Nothing raises it any more; its last upcaster turns every row that there is into other events, or into none. */
  readonly retired?: boolean;
}

export interface EventDeclaration {
  readonly type: string;
  readonly schemaVersion: number;
  /** `upcast[i]` turns version i + 1 into i + 2. */
  readonly upcast: readonly Upcaster[];
  readonly aliases: readonly string[];
  readonly from: readonly Class[];
  readonly retired: boolean;
}

const declarations = new WeakMap<object, EventDeclaration>();
const typePattern = /^[a-z][a-z0-9]*([.-][a-z0-9]+)+$/;

/** Declares a domain event. `type` is what the log says from now on (`order.placed`); names it had before are `aliases`. */
export function Event(type: string, options: EventOptions = {}): ClassDecorator {
  const { version = 1, upcast = [], aliases = [], from = [], retired = false } = options;
  return (target) => {
    for (const name of [type, ...aliases]) {
      if (typePattern.test(name)) continue;
      const alias = name === type ? '' : `, alias '${name}'`;
      throw new ConfigurationError(
        `@Event('${type}') on ${target.name}${alias}: expected lower-case words joined by dots, like 'order.placed'.`,
      );
    }
    if (!Number.isInteger(version) || version < 1 || upcast.length !== version - 1) {
      throw new ConfigurationError(
        `@Event('${type}', { version: ${version} }) on ${target.name} needs ${Math.max(0, version - 1)} upcasters, one for each older version; got ${upcast.length}.`,
      );
    }
    if (from.some((source) => typeof source !== 'function')) {
      throw new ConfigurationError(
        `@Event('${type}') on ${target.name}: \`from\` has a class that is not there yet. Declare it above, or in a file that imports nothing of this one.`,
      );
    }
    if (retired && version === 1) {
      throw new ConfigurationError(
        `@Event('${type}', { retired: true }) on ${target.name} needs an upcaster that turns its last version into other events, or into none: ` +
          'raise `version` by one, and let the upcaster return them, or [].',
      );
    }
    declareEvent(target, { type, schemaVersion: version, upcast, aliases, from, retired });
  };
}

/** For other decorators that declare events (integration events). */
export function declareEvent(
  target: object,
  declaration: Pick<EventDeclaration, 'type' | 'schemaVersion' | 'upcast'> & Partial<EventDeclaration>,
): void {
  declarations.set(target, { aliases: [], from: [], retired: false, ...declaration });
}

/** What `@Event` said about this very class (a subclass does not inherit it), or undefined. */
export function eventDeclaration(eventClass: Class): EventDeclaration | undefined {
  return declarations.get(eventClass);
}
