// @ProcessManager names a process for ever; @StartsWith, @On, @OnTimer and @OnRejection tie its methods to what reaches it.
import { ConfigurationError, type Class, type EventContext, type EventData } from '../core/index.js';
import { On, reactionsOf, type UnknownPolicy } from '../subscriptions/index.js';

/** Turns the state of version n into that of n + 1. */
export type StateUpcaster = (state: Readonly<EventData>) => EventData;

export interface ProcessManagerOptions {
  /**
   * The key of the process an event belongs to: the id it was started with, or one it has learned by `correlateAlso`. Default: the stream's
   * id for own events, the message key for others. Anything but a non-empty text fails the event.
   */
  readonly correlate?: (event: object, context: EventContext) => unknown;
  /**
   * Where it begins the first time it is deployed. Default `now`: it does not act on history. `beginning`: on all of both logs, for one that takes
   * over what another mechanism has begun; its reactions must then cope with events that are long over.
   */
  readonly start?: 'now' | 'beginning';
  /**
   * Counts changes of the state's shape, and of what wakes it, from 1. A new `@OnTimer` or `@OnRejection` needs a new version too (its upcaster
   * may return the state as it is): during a rolling deploy that tells the older build to leave the process to the newer one.
   * A build of before operators could have a process taken back passes over their order, whatever the version: give none until it is gone.
   */
  readonly version?: number;
  /** `upcast[i]` turns the state of version i + 1 into that of i + 2, so that running processes survive a deploy. */
  readonly upcast?: readonly StateUpcaster[];
  /**
   * `on-rejection`: a command of it that is rejected, where no `@OnRejection` answers that, has the process compensate and end: the `undo` of every step that
   * has happened is sent, the last step's first. Failures of the infrastructure are no rejections: they are retried. Default: a rejection that
   * nothing answers changes nothing.
   */
  readonly compensate?: 'on-rejection';
  /** What becomes of an event that only a newer build can read, default `stop`. With `park` it is tried for an hour before. */
  readonly unknown?: UnknownPolicy;
}

export interface ProcessDeclaration extends Required<
  Omit<ProcessManagerOptions, 'correlate' | 'unknown' | 'compensate'>
> {
  readonly unknown: UnknownPolicy | undefined;
  readonly compensate: ProcessManagerOptions['compensate'];
  /** Stable for ever: ids of commands and timers derive from it. */
  readonly name: string;
  readonly correlate: (event: object, context: EventContext) => unknown;
}

/** What a rejected command is answered with. */
export interface ProcessRejection {
  /** Code of the DomainError. */
  readonly code: string;
  readonly message: string;
}

type Member = string | symbol;
interface Reactions {
  readonly starters: Set<Class>;
  readonly timers: Map<string, Member>;
  readonly rejections: Map<Class, Member>;
}

/** The default `correlate`; looks at no event, so that it can do without one. */
export const byStream = (_event: unknown, { stream }: EventContext): string => stream.id;

const declarations = new WeakMap<object, ProcessDeclaration>();
const reactions = new WeakMap<object, Reactions>();

/** Declares a process manager. @throws ConfigurationError a malformed name, or not one upcaster for each older version. */
export function ProcessManager(name: string, options: ProcessManagerOptions = {}): ClassDecorator {
  const { correlate = byStream, start = 'now', version = 1, upcast = [], unknown, compensate } = options;
  return (target) => {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
      throw new ConfigurationError(
        `@ProcessManager('${name}') on ${target.name}: expected lower-case words joined by -, like 'checkout'.`,
      );
    if (!Number.isInteger(version) || version < 1 || upcast.length !== version - 1)
      throw new ConfigurationError(
        `@ProcessManager('${name}', { version: ${version} }) on ${target.name} needs ${Math.max(0, version - 1)} upcasters, one for each older version; got ${upcast.length}.`,
      );
    declarations.set(target, { name, correlate, start, version, upcast, unknown, compensate });
  };
}

/** As `@On`; the event also starts the process when there is none. */
export function StartsWith<E extends object>(event: Class<E>) {
  return <M extends (event: E, context: EventContext) => unknown>(
    prototype: object,
    name: Member,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    On(event)(prototype, name, descriptor);
    ownReactions(prototype).starters.add(event);
  };
}

/** Called when a timer that `wake(name)` set is due. */
export function OnTimer(timer: string) {
  return <M extends () => unknown>(prototype: object, name: Member, _descriptor: TypedPropertyDescriptor<M>): void => {
    const { timers } = ownReactions(prototype);
    if (timers.has(timer)) throw new ConfigurationError(`${prototype.constructor.name} has two @OnTimer('${timer}').`);
    timers.set(timer, name);
  };
}

/** Called when a command this process sent was rejected by a business rule: an answer, not a failure. */
export function OnRejection<C extends object>(command: Class<C>) {
  return <M extends (command: C, rejection: ProcessRejection) => unknown>(
    prototype: object,
    name: Member,
    _descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const { rejections } = ownReactions(prototype);
    if (rejections.has(command))
      throw new ConfigurationError(`${prototype.constructor.name} has two @OnRejection(${command.name}).`);
    rejections.set(command, name);
  };
}

export interface ProcessDefinition extends ProcessDeclaration {
  /** Event class → method, those of `starters` included. */
  readonly events: ReadonlyMap<Class, Member>;
  readonly starters: ReadonlySet<Class>;
  readonly timers: ReadonlyMap<string, Member>;
  readonly rejections: ReadonlyMap<Class, Member>;
}

/** @throws ConfigurationError no `@ProcessManager`, or nothing that starts it. */
export function processDefinition(processClass: Class): ProcessDefinition {
  const declaration = declarations.get(processClass);
  if (!declaration)
    throw new ConfigurationError(`${processClass.name} is no process manager. Put @ProcessManager('…') on the class.`);
  const starters = new Set<Class>();
  const timers = new Map<string, Member>();
  const rejections = new Map<Class, Member>();
  for (let at = processClass.prototype as object | null; at; at = Object.getPrototypeOf(at) as object | null) {
    const own = reactions.get(at);
    for (const event of own?.starters ?? []) starters.add(event);
    for (const [timer, member] of own?.timers ?? []) if (!timers.has(timer)) timers.set(timer, member);
    for (const [command, member] of own?.rejections ?? [])
      if (!rejections.has(command)) rejections.set(command, member);
  }
  if (starters.size === 0)
    throw new ConfigurationError(
      `${processClass.name} never starts. Put @StartsWith(…) on the method for its first event.`,
    );
  return { ...declaration, events: reactionsOf(processClass), starters, timers, rejections };
}

function ownReactions(prototype: object): Reactions {
  const known = reactions.get(prototype) ?? { starters: new Set(), timers: new Map(), rejections: new Map() };
  reactions.set(prototype, known);
  return known;
}
