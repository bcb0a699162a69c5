// What of a log reaches a process, which of its methods answers, and which process it is for.
import { eventDeclaration, type Class, type EventRegistry, type LogName, type LogRecord } from '../core/index.js';
import { eventContextOf } from '../subscriptions/index.js';
import type { CommandRegistry } from './command-registry.js';
import { UncorrelatedEventError } from './errors.js';
import { jsonProblem } from './plain-json.js';
import { byStream, type ProcessDefinition } from './process.decorators.js';
import { SIGNAL_TYPES, type RejectionSignal, type StoredProcess, type TimerSignal } from './process-store.js';

/** A call of one reaction. */
export interface Reaction {
  readonly member: string | symbol;
  readonly args: readonly unknown[];
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
  private readonly members = new Map<string, string | symbol>();
  private readonly starters: ReadonlySet<string>;
  private readonly ids = new WeakMap<LogRecord, string>();

  constructor(private readonly options: RoutesOptions) {
    const { definition, events } = options;
    for (const event of events) this.members.set(eventDeclaration(event)!.type, definition.events.get(event)!);
    this.starters = new Set(
      events.filter((event) => definition.starters.has(event)).map((event) => eventDeclaration(event)!.type),
    );
  }

  wants(record: LogRecord): boolean {
    return this.members.has(record.type) || this.isSignal(record);
  }

  starts(type: string): boolean {
    return this.starters.has(type);
  }

  /** @throws UncorrelatedEventError, or what `correlate` throws. */
  idOf(record: LogRecord): string {
    const known = this.ids.get(record);
    if (known !== undefined) return known;
    const id = this.isSignal(record) ? (record.data as { id: string }).id : this.correlate(record);
    this.ids.set(record, id);
    return id;
  }

  /** `ignored` says why nothing answers. */
  reactionTo(record: LogRecord): Reaction | { readonly ignored: string } {
    const { definition, log, registry, commands } = this.options;
    if (this.isSignal(record) && record.type === SIGNAL_TYPES.timer) {
      const { name } = record.data as TimerSignal;
      const member = definition.timers.get(name);
      return member === undefined ? { ignored: `no @OnTimer('${name}')` } : { member, args: [] };
    }
    if (this.isSignal(record)) {
      const { commandType, commandData, code, message } = record.data as RejectionSignal;
      for (const [commandClass, member] of definition.rejections) {
        if (commandClass.name !== commandType) continue;
        return { member, args: [commands.decode({ type: commandType, data: commandData }), { code, message }] };
      }
      return { ignored: `no @OnRejection(${commandType})` };
    }
    const member = this.members.get(record.type)!;
    return { member, args: [registry.decode(record), eventContextOf(record, log)] };
  }

  isSignal({ type, data }: LogRecord): boolean {
    if (this.options.log !== 'inbound' || (type !== SIGNAL_TYPES.timer && type !== SIGNAL_TYPES.rejection))
      return false;
    return (data as { process?: unknown }).process === this.options.definition.name;
  }

  private correlate(record: LogRecord): string {
    const { definition, log, registry } = this.options;
    const context = eventContextOf(record, log);
    // What this build cannot read still holds back the later records of its process, where its id can be told.
    const isByStream = definition.correlate === byStream;
    const id = isByStream ? byStream(undefined, context) : definition.correlate(registry.decode(record), context);
    if (typeof id !== 'string' || id === '' || jsonProblem(id) !== undefined) {
      const got = typeof id !== 'string' ? typeof id : id === '' ? 'an empty text' : 'a text that cannot be stored';
      throw new UncorrelatedEventError(definition.name, record.type, got);
    }
    return id;
  }
}

/** Without the undo of a step that was rejected: there is nothing to take back. */
export function withoutRejected(row: StoredProcess, record: LogRecord): StoredProcess {
  if (record.type !== SIGNAL_TYPES.rejection) return row;
  const { commandId } = record.data as RejectionSignal;
  return { ...row, undo: row.undo.filter(({ undoes }) => undoes !== commandId) };
}
