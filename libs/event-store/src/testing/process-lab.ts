// Process managers over a store in memory and a clock that stands still: what the specifications of processes begin with.
import { deterministicId, eventDeclaration, EventRegistry, type Class } from '../core/index.js';
import {
  CommandRegistry,
  processDefinition,
  processSubscriptions,
  TimerWorker,
  type Process,
  type StoredProcess,
} from '../processes/index.js';
import type { TransactionalSubscription } from '../subscriptions/index.js';
import { SubscriptionLab } from './subscription-lab.js';

export interface ProcessLabOptions {
  /** Arrive in the log `events`. */
  readonly own: readonly Class[];
  /** Arrive in the log `inbound`. */
  readonly foreign: readonly Class[];
  readonly commands: readonly Class[];
  readonly orphanWaitMs?: number;
}

export class ProcessLab extends SubscriptionLab {
  readonly registry: EventRegistry;
  readonly commands: CommandRegistry;
  private stored = 0;
  private readonly workers: TimerWorker[] = [];

  constructor(private readonly options: ProcessLabOptions) {
    super();
    this.registry = new EventRegistry().register(...options.own, ...options.foreign);
    this.commands = new CommandRegistry().register(...options.commands);
  }

  subscriptions(instance: Process): TransactionalSubscription[] {
    const { outgoing, processes: store } = this.store;
    const { registry, commands, options } = this;
    const inboundTypes = new Set(options.foreign.map((event) => eventDeclaration(event)!.type));
    const definition = processDefinition(instance.constructor as Class);
    const { orphanWaitMs = 300_000 } = options;
    const shared = { outgoing, store, registry, commands, inboundTypes, orphanWaitMs, logger: this.logger };
    // The logs are empty, so the beginning is now: no test depends on when its runner comes to look.
    return processSubscriptions({ ...shared, definition, instance }).map((one) => ({ ...one, start: 'beginning' }));
  }

  /** Runs the process, and the timers. */
  run(instance: Process) {
    const runners = this.subscriptions(instance).map((one) => this.runner(one));
    const { clock, ids, logger, store } = this;
    const worker = new TimerWorker({ store: store.processes, clock, ids, logger });
    this.workers.push(worker);
    worker.start();
    return runners;
  }

  /** Own events, in one append. Returns the ids. */
  async happen(stream: string, ...events: readonly object[]): Promise<string[]> {
    const toAppend = events.map((event) => ({
      id: this.nextId(),
      ...this.registry.encode(event),
      metadata: { correlationId: `c-${this.stored}`, traceparent: 'trace' },
    }));
    await this.store.events.append({ stream, expected: 'any', events: toAppend });
    return toAppend.map(({ id }) => id);
  }

  /** Messages of another context. Returns the ids. */
  async arrive(key: string, ...events: readonly object[]): Promise<string[]> {
    const messages = events.map((event) => {
      const id = this.nextId();
      const metadata = { correlationId: `c-${this.stored}` };
      return { id, topic: 'lab', key, ...this.registry.encode(event), version: 0, metadata, contentHash: id };
    });
    await this.store.inbound.store(messages, []);
    return messages.map(({ id }) => id);
  }

  /** Commands sent so far, as instances, in order. */
  async sent(): Promise<object[]> {
    return (await this.outgoing()).map((record) => this.commands.decode(record));
  }

  async outgoing() {
    const { outgoing } = this.store.logs;
    return outgoing.read(await outgoing.beginning(), 1_000);
  }

  async signals() {
    const { inbound } = this.store.logs;
    return (await inbound.read(await inbound.beginning(), 1_000)).filter(({ type }) => type.startsWith('process.'));
  }

  process(process: string, id: string): Promise<StoredProcess | undefined> {
    const { unitOfWork, processes } = this.store;
    return unitOfWork.run(async () => (await processes.lock(process, [id], new Set())).get(id));
  }

  override async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await super.stop();
  }

  private nextId(): string {
    this.stored += 1;
    return deterministicId('process-lab', this.stored);
  }
}
