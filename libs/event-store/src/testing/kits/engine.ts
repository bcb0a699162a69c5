// Subscriptions over a store in memory, on a clock that moves only when a test says so. Everything a kit runs, it runs here.
import {
  deterministicId,
  streamName,
  type Class,
  type IdGenerator,
  type LogName,
  type LogRecord,
  type ParkedMessage,
  type UnitOfWork,
} from '../../core/index.js';
import { createMemoryStore, type MemoryStore } from '../../memory/create-memory-store.js';
import {
  LiveTail,
  silentLogger,
  SubscriptionRunner,
  type TransactionalSubscription,
} from '../../subscriptions/index.js';
import { ManualClock } from '../manual-clock.js';
import { days, seconds } from './durations.js';
import { categoryOf, encodeGiven, StoredForm, type Happening } from './given-events.js';
import { isMessage, toInboundMessage } from './given-messages.js';

/** Nothing polls: a store in memory says when it has changed, and nobody else wants the leases. */
const NEVER_MS = days(36_500);
/** Longest time a handler may take until the test gives up, in milliseconds of the machine's clock. */
const REST_MS = 10_000;

export interface SetAside extends ParkedMessage {
  /** What was thrown last, where it was thrown while the record was handled. */
  readonly error: unknown;
}

export class Engine {
  readonly clock = new ManualClock();
  readonly store: MemoryStore;
  private readonly runners: SubscriptionRunner[] = [];
  /** How far each has come. Its checkpoint may follow a little later: on a clock that stands still, never. */
  private readonly reached = new Map<SubscriptionRunner, bigint>();
  private readonly errors = new Map<string, unknown>();
  private happened = 0;
  private category: string | undefined;

  constructor() {
    let made = 0;
    const ids: IdGenerator = { next: () => deterministicId('kit', (made += 1)), random: () => 0.5 };
    this.store = createMemoryStore({ clock: this.clock, ids });
  }

  start(definition: TransactionalSubscription, unitOfWork: UnitOfWork = this.store.unitOfWork): void {
    const { clock, store } = this;
    const runner: SubscriptionRunner = new SubscriptionRunner({
      definition: { ...definition, start: 'beginning', handle: this.noticing(definition) },
      tail: new LiveTail(store.logs[definition.log], clock, { pollMs: NEVER_MS }),
      checkpoints: store.checkpoints,
      parking: store.parking,
      unitOfWork,
      clock,
      ids: store.ids,
      logger: silentLogger,
      owner: 'kit',
      pollMs: NEVER_MS,
      leaseTtlMs: NEVER_MS,
      onMoved: (position) => {
        if (position > (this.reached.get(runner) ?? 0n)) this.reached.set(runner, position);
      },
    });
    this.runners.push(runner);
    runner.start();
  }

  /** Stores an own event in its stream (one for all that name no other), or a message in the inbox, and waits until it is handled. */
  async happen({ event, source }: Happening, ownId: string): Promise<void> {
    const { registry, events, inbound } = this.store;
    const id = deterministicId('happened', (this.happened += 1));
    const metadata = { correlationId: id };
    if (isMessage(event)) {
      const cause = { id, time: this.clock.now(), metadata };
      await inbound.store([await toInboundMessage(event, source ?? ownId, cause)], []);
    } else {
      const stream = source ?? streamName((this.category ??= categoryOf(event)), ownId);
      await events.append({ stream, expected: 'any', events: [{ id, ...encodeGiven(event, registry), metadata }] });
    }
    await this.rest();
  }

  /** Waits until everything stored is handled, or set aside for a time that has not come. Does not move the clock. */
  async rest(): Promise<void> {
    const end = performance.now() + REST_MS;
    do await new Promise(setImmediate);
    while ((await this.isBusy()) && performance.now() < end);
    if (!(await this.isBusy())) return;
    const busy = this.runners
      .map((runner) => runner.status())
      .map(({ name, log, state }) => `${name} (${log}): ${state}`);
    throw new Error(`Not at rest after ${REST_MS} ms; a handler may wait for something: ${busy.join(', ')}.`);
  }

  /** Lets `ms` milliseconds pass on the test's clock: timers and retries come at their own times, in order. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now().getTime() + ms;
    for (;;) {
      const { fired, nextInMs } = await this.store.processes.fireDue(100);
      await this.rest();
      const left = end - this.clock.now().getTime();
      if (fired === 0 && left <= 0) return;
      const retries = await Promise.all(this.runners.map((runner) => this.store.parking.nextDueInMs(runner.status())));
      const next = [left, nextInMs, ...retries].filter((at) => at !== undefined);
      if (fired === 0) await this.clock.advance(Math.min(...next));
    }
  }

  /** What was not handled, oldest first. */
  async setAside(): Promise<SetAside[]> {
    return (await this.store.parking.list()).map((one) => ({ ...one, error: this.errors.get(one.messageId) }));
  }

  async read(log: LogName): Promise<readonly LogRecord[]> {
    return this.store.logs[log].read(await this.store.logs[log].beginning(), 10_000);
  }

  async stop(): Promise<void> {
    const stopping = Promise.all(this.runners.map((runner) => runner.stop()));
    await this.clock.advance(seconds(20)); // longer than a drain may take
    await stopping;
  }

  private async isBusy(): Promise<boolean> {
    for (const runner of this.runners) {
      const { name, log, state, lastError } = runner.status();
      if (state === 'backing-off' || state === 'stopped') throw lastError;
      if ((this.reached.get(runner) ?? 0n) < (await this.store.logs[log].head()).position) return true;
      if ((await this.store.parking.due({ name, log }, 1)).length > 0) return true;
    }
    return false;
  }

  private noticing({ handle }: TransactionalSubscription): TransactionalSubscription['handle'] {
    return async (record, transaction) => {
      try {
        await handle(record, transaction);
        this.errors.delete(record.id);
      } catch (error) {
        this.errors.set(record.id, error);
        throw error;
      }
    };
  }
}

/** Own events are known by what handles them; those that only happen in a test are made known by it. */
export function registerAll({ store }: Engine, classes: Iterable<Class>, given: readonly Happening[]): void {
  store.registry.register(...classes);
  for (const { event } of given)
    if (!(event instanceof StoredForm)) store.registry.register(event.constructor as Class);
}
