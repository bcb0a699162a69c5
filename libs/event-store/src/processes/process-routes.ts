// What of a log reaches a process, which of its methods answers, and with which key it comes.
import type { Class, EventRegistry, LogName, LogRecord, UnknownEventTypeError } from '../core/index.js';
import { eventContextOf, eventsIn, namesOfAll, type EventInContext } from '../subscriptions/index.js';
import type { CommandRegistry } from './command-registry.js';
import { UncorrelatedEventError } from './errors.js';
import { jsonProblem } from './plain-json.js';
import { byStream, type ProcessDefinition } from './process.decorators.js';
import { SIGNAL_TYPES, type CompensateSignal, type RejectionSignal, type TimerSignal } from './process-store.js';
import { processActor } from './rejection-signal.js';

const signalTypes: ReadonlySet<string> = new Set(Object.values(SIGNAL_TYPES));

/** Nothing answers, and why. */
export interface Ignored {
  readonly ignored: string;
}

/** All steps are to be taken back, and the process ends. */
export interface TakingBack {
  readonly takesBack: { readonly reason: string; readonly by: string };
}

export type Answer = Reaction | TakingBack | Ignored;

/** A call of one reaction. */
export interface Reaction {
  readonly member: string | symbol;
  readonly args: readonly unknown[];
  /** Where the record is several events: which of them, from 0. */
  readonly part?: number | undefined;
}

export interface RoutesOptions {
  readonly definition: ProcessDefinition;
  readonly log: LogName;
  /** Of those in the definition, the events that this log carries. */
  readonly events: readonly Class[];
  readonly registry: EventRegistry;
  readonly commands: CommandRegistry;
}

export class ProcessRoutes {
  private readonly members: ReadonlyMap<Class, string | symbol>;
  private readonly names: ReadonlySet<string>;
  private readonly starterNames: ReadonlySet<string>;
  private readonly keys = new WeakMap<LogRecord, string>();

  constructor(private readonly options: RoutesOptions) {
    const { definition, events, registry } = options;
    this.members = new Map(events.map((event) => [event, definition.events.get(event)!]));
    this.names = namesOfAll(events, registry);
    const starters = events.filter((event) => definition.starters.has(event));
    this.starterNames = namesOfAll(starters, registry);
  }

  wants(record: LogRecord): boolean {
    if (this.isSignal(record)) return true;
    return this.names.has(record.type) && this.isOf(record, (event) => this.members.has(event));
  }

  starts(record: LogRecord): boolean {
    const { starters } = this.options.definition;
    return this.mayStart(record.type) && this.isOf(record, (event) => starters.has(event));
  }

  /** By its type alone: where a row may be several events, it may also be none that starts one. */
  mayStart(type: string): boolean {
    return this.starterNames.has(type);
  }

  /** Why this build cannot read the record. */
  unreadable(record: LogRecord): UnknownEventTypeError | undefined {
    return this.isSignal(record) ? undefined : this.options.registry.unreadable(record);
  }

  /** The key it comes with: a process's id, or a further key of one. @throws UncorrelatedEventError, or what `correlate` throws. */
  keyOf(record: LogRecord): string {
    const known = this.keys.get(record);
    if (known !== undefined) return known;
    const key = this.isSignal(record) ? (record.data as { id: string }).id : this.correlate(record);
    this.keys.set(record, key);
    return key;
  }

  /** In order; several where the record is several events. */
  answersTo(record: LogRecord): readonly Answer[] {
    if (this.isSignal(record)) return [this.answerToSignal(record)];
    return this.eventsIn(record).map(({ event, context }) => {
      const member = this.members.get(event.constructor as Class)!;
      return { member, args: [event, context], part: context.part };
    });
  }

  /** Somebody wants it done now: it waits for nothing that is set aside. */
  isOrder(record: LogRecord): boolean {
    return record.type === SIGNAL_TYPES.compensate && this.isSignal(record);
  }

  private answerToSignal(record: LogRecord): Answer {
    const { definition, commands } = this.options;
    if (record.type === SIGNAL_TYPES.compensate) {
      const { reason, actor } = record.data as CompensateSignal;
      return { takesBack: { reason, by: actor } };
    }
    if (record.type === SIGNAL_TYPES.timer) {
      const { name } = record.data as TimerSignal;
      const member = definition.timers.get(name);
      return member === undefined ? { ignored: `no @OnTimer('${name}')` } : { member, args: [] };
    }
    const { commandType, commandData, code, message } = record.data as RejectionSignal;
    for (const [commandClass, member] of definition.rejections) {
      if (commandClass.name !== commandType) continue;
      return { member, args: [commands.decode({ type: commandType, data: commandData }), { code, message }] };
    }
    if (definition.compensate !== 'on-rejection' || (record.data as RejectionSignal).undoes !== undefined)
      return { ignored: `no @OnRejection(${commandType})` };
    const reason = `${commandType} was rejected: ${code}: ${message}`;
    return { takesBack: { reason, by: processActor(definition.name) } };
  }

  isSignal({ type, data }: LogRecord): boolean {
    if (this.options.log !== 'inbound' || !signalTypes.has(type)) return false;
    return (data as { process?: unknown }).process === this.options.definition.name;
  }

  /** Those the process reacts to. */
  private eventsIn(record: LogRecord): EventInContext[] {
    const { log, registry } = this.options;
    return eventsIn(record, log, registry).filter(({ event }) => this.members.has(event.constructor as Class));
  }

  /** Whether it is an event of such a class; what cannot be read is taken for one. */
  private isOf(record: LogRecord, matches: (event: Class) => boolean): boolean {
    const { registry } = this.options;
    try {
      return registry.decodeAll(record).some((event) => matches(event.constructor as Class));
    } catch {
      return true;
    }
  }

  private correlate(record: LogRecord): string {
    const { definition, log } = this.options;
    // What this build cannot read still holds back the later records of its process, where its key can be told.
    if (definition.correlate === byStream)
      return this.checked(byStream(undefined, eventContextOf(record, log)), record);
    const keys = this.eventsIn(record).map(({ event, context }) => definition.correlate(event, context));
    if (new Set(keys).size > 1) throw new UncorrelatedEventError(definition.name, record.type, 'several of one record');
    return this.checked(keys[0], record);
  }

  private checked(key: unknown, record: LogRecord): string {
    const { definition } = this.options;
    if (typeof key !== 'string' || key === '' || jsonProblem(key) !== undefined) {
      const got = typeof key !== 'string' ? typeof key : key === '' ? 'an empty text' : 'a text that cannot be stored';
      throw new UncorrelatedEventError(definition.name, record.type, got);
    }
    return key;
  }
}
