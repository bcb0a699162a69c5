// A store in memory, a clock that stands still, and runners over them: what the specifications of the subscriptions begin with.
import { deterministicId, type IdGenerator, type LogRecord, type Transaction } from '../core/index.js';
import { createMemoryStore, type MemoryDatabase, type MemoryStore } from '../memory/index.js';
import {
  LiveTail,
  SubscriptionRunner,
  type LogFields,
  type Logger,
  type SubscriptionDefinition,
  type SubscriptionRunnerOptions,
  type TransactionalSubscription,
} from '../subscriptions/index.js';
import { ManualClock } from './manual-clock.js';

export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export class SubscriptionLab {
  readonly clock = new ManualClock();
  readonly ids: IdGenerator;
  readonly store: MemoryStore;
  readonly lines: LogLine[] = [];
  private appended = 0;
  private readonly runners: SubscriptionRunner[] = [];

  constructor() {
    let made = 0;
    this.ids = { next: () => deterministicId('lab', (made += 1)), random: () => 0.5 };
    this.store = createMemoryStore({ clock: this.clock, ids: this.ids });
  }

  /** Appends one event of each value, in one go. */
  async append(stream: string, ...values: readonly unknown[]): Promise<void> {
    const events = values.map((value) => {
      this.appended += 1;
      const id = deterministicId('event', this.appended);
      return {
        id,
        type: 'lab.noted',
        schemaVersion: 1,
        data: { value },
        metadata: { correlationId: `c-${this.appended}` },
      };
    });
    await this.store.events.append({ stream, expected: 'any', events });
  }

  runner(definition: SubscriptionDefinition, over: Partial<SubscriptionRunnerOptions> = {}): SubscriptionRunner {
    const { clock, ids } = this;
    const { checkpoints, parking, unitOfWork, logs } = this.store;
    const runner = new SubscriptionRunner({
      definition,
      tail: new LiveTail(logs[definition.log], clock),
      checkpoints,
      parking,
      unitOfWork,
      clock,
      ids,
      owner: 'process-1',
      logger: this.logger,
      ...over,
    });
    this.runners.push(runner);
    runner.start();
    return runner;
  }

  /** Writes into {@link lines}. */
  get logger(): Logger {
    const level = (name: keyof Logger) => (message: string, fields?: LogFields) => {
      this.lines.push({ level: name, message, fields });
    };
    return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
  }

  /** What a transactional handler wrote with {@link note}, in that order. Rolled-back notes are not among them. */
  get noted(): string[] {
    return this.notes.all();
  }

  /** Writes the record into a read model, in the unit of work of its checkpoint. */
  note(record: LogRecord): void {
    this.notes.set(`${this.notes.all().length}`, labelOf(record));
  }

  async stop(): Promise<void> {
    await Promise.all(this.runners.map((runner) => stopped(runner, this.clock)));
  }

  private get notes() {
    return this.database.table<string>('notes');
  }

  private get database(): MemoryDatabase {
    return this.store.database;
  }
}

/** A runner's `stop` needs time that only the manual clock can give. */
export async function stopped(runner: SubscriptionRunner, clock: ManualClock): Promise<void> {
  let done = false;
  const stopping = runner.stop().then(() => (done = true));
  await clock.until(() => done, 60_000);
  await stopping;
}

export function valueOf({ data }: LogRecord): unknown {
  return (data as { value: unknown }).value;
}

/** `<stream>:<value>` */
export function labelOf(record: LogRecord): string {
  return `${record.key}:${String(valueOf(record))}`;
}

export function transactional(
  handle: (record: LogRecord, transaction: Transaction) => void | Promise<void>,
  over: Partial<TransactionalSubscription> = {},
): TransactionalSubscription {
  return {
    name: 'notes',
    log: 'events',
    start: 'beginning',
    delivery: 'transactional',
    wants: () => true,
    handle: async (record, transaction) => handle(record, transaction),
    ...over,
  };
}

/** The same port, with a say before every call: throw to let the call fail. */
export function intercept<T extends object>(port: T, before: (method: string) => void | Promise<void>): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]): Promise<unknown> => {
        await before(String(name));
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
}
