// One process of a context with everything it runs, built from the same parts and in the same order as the Nest room does (nest/subscription-host.ts).
import {
  AggregateStore,
  aggregateEvents,
  contentHash,
  DomainError,
  eventDeclaration,
  EventRegistry,
  MessageContext,
  type AppendResult,
  type Class,
  type EventContext,
  type LogName,
} from '../../core/index.js';
import type { MemoryDatabase, MemoryStore } from '../../memory/index.js';
import {
  InboxConsumer,
  integrationDecoder,
  publisherDefinition,
  relaySubscription,
  setUpTopics,
  type PublishMapping,
} from '../../messaging/index.js';
import {
  collectSaga,
  commandDispatchSubscription,
  CommandRegistry,
  processDefinition,
  processSubscriptions,
  rejectionSignal,
  rejectionSignalId,
  sagaSubscription,
  TimerWorker,
  type StoredCommand,
} from '../../processes/index.js';
import { LiveTail, SubscriptionRunner, type Logger, type SubscriptionDefinition } from '../../subscriptions/index.js';
import { loggerOf, storeOf } from './process-ports.js';
import { SimulatedBroker } from './simulated-broker.js';
import type { SimulatedBus } from './simulated-bus.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { CommandHandler, ContextPorts, SimulatedContext } from './workload.js';

const LEASE_TTL_MS = 6_000;
const POLL_MS = 3_000;
const ORPHAN_WAIT_MS = 20_000;
const DRAIN_MS = 1_000;

export class SimulatedService {
  private readonly store: MemoryStore;
  private readonly registry = new EventRegistry();
  private readonly commands = new CommandRegistry();
  private readonly handlers: ReadonlyMap<Class, CommandHandler>;
  private readonly broker: SimulatedBroker;
  private readonly logger: Logger;
  private readonly stopping = new AbortController();
  private readonly runners: SubscriptionRunner[] = [];
  private readonly tails = new Map<LogName, LiveTail>();
  /** Whether it has booted: nobody asks it before. */
  isReady = false;
  private timers: TimerWorker | undefined;
  private inbox: InboxConsumer | undefined;

  constructor(
    readonly context: SimulatedContext,
    readonly process: SimulatedProcess,
    database: MemoryDatabase,
    bus: SimulatedBus,
  ) {
    this.logger = loggerOf(process);
    this.broker = new SimulatedBroker(process, bus);
    this.store = storeOf(process, database);
    for (const aggregate of context.aggregates) this.registry.register(...aggregateEvents(aggregate));
    for (const { events } of context.consumes) this.registry.register(...events);
    this.handlers = context.handlers(this.ports);
    this.commands.register(...this.handlers.keys());
  }

  /** @throws UnavailableError */
  async start(): Promise<void> {
    const definitions = this.definitions();
    const begun = new Set((await this.store.checkpoints.list()).map(({ name, log }) => `${log}/${name}`));
    for (const { name, log, start } of definitions) {
      if (begun.has(`${log}/${name}`)) continue; // placed by an earlier process: to ask again would only take time
      const initial = () => (start === 'now' ? this.store.logs[log].head() : this.store.logs[log].beginning());
      const lease = await this.store.checkpoints.acquire({ name, log }, this.process.name, LEASE_TTL_MS, initial);
      if (lease) await this.store.checkpoints.release(lease);
    }
    for (const definition of definitions) this.runners.push(this.runnerOf(definition));
    for (const runner of this.runners) runner.start();
    const { clock, ids } = this.process;
    if (this.context.processes.length > 0) {
      this.timers = new TimerWorker({
        store: this.store.processes,
        clock,
        ids,
        logger: this.logger,
        drainMs: DRAIN_MS,
      });
      this.timers.start();
    }
    void this.startMessaging();
    this.isReady = true;
  }

  /** As a process that is told to end does: what is in hand is finished. */
  async stop(): Promise<void> {
    this.isReady = false;
    this.stopping.abort();
    await Promise.all([this.inbox?.stop(), this.timers?.stop(), ...this.runners.map((runner) => runner.stop())]);
    for (const tail of this.tails.values()) tail.close();
    this.process.tell(() => 'has ended in order');
    this.process.end();
  }

  /** As the command bus of the Nest room does. @throws DomainError, UnavailableError */
  execute(command: object, id: string): Promise<AppendResult> {
    const type = command.constructor.name;
    const inherited = MessageContext.current()?.inherited ?? { correlationId: id };
    const hash = contentHash({ type, data: { ...command } });
    const context = new MessageContext({ ...inherited, command: { id, type, contentHash: hash } });
    const handler = this.handlers.get(command.constructor as Class)!;
    return MessageContext.run(context, async () => handler(command as never));
  }

  private get ports(): ContextPorts {
    const { registry, store, process } = this;
    const { events, snapshots } = store;
    const { clock, ids } = process;
    return {
      registry,
      clock,
      aggregates: (aggregateClass) => new AggregateStore(aggregateClass, { events, snapshots, registry, clock, ids }),
      outside: (what, work) => process.call('gateway', what, work),
    };
  }

  private definitions(): SubscriptionDefinition[] {
    const { context, registry, store, logger, commands } = this;
    const { outgoing, processes } = store;
    const { clock } = this.process;
    const inboundTypes = new Set(
      context.consumes.flatMap(({ events }) => events.map((event) => eventDeclaration(event)!.type)),
    );
    const shared = {
      store: processes,
      outgoing,
      registry,
      commands,
      inboundTypes,
      orphanWaitMs: ORPHAN_WAIT_MS,
      logger,
    };
    const managers = context.processes.flatMap((instance) =>
      processSubscriptions({ ...shared, definition: processDefinition(instance.constructor as Class), instance }),
    );
    const sagas = Object.entries(context.sagas).map(([name, saga]) =>
      sagaSubscription({
        name,
        log: 'inbound',
        registry,
        outgoing,
        run: (event) => collectSaga(saga, event, { clock }),
        encodeCommand: (command) => commands.encode(command),
      }),
    );
    const relays = context.publishers.map((publisher) => this.relayOf(publisher));
    const dispatch = commandDispatchSubscription({
      execute: (stored) => this.executeStored(stored),
      onRejected: async (command, rejection) => {
        const signal = rejectionSignal(command, rejection);
        if (signal) await processes.signal(signal);
      },
      wasRejected: async (command) => {
        const signalId = rejectionSignalId(command);
        return signalId !== undefined && (await processes.hasSignal(signalId));
      },
    });
    return [...context.subscriptions(this.ports), ...sagas, ...managers, ...relays, dispatch];
  }

  private relayOf(publisher: object): SubscriptionDefinition {
    const { name, topic, key, publishes } = publisherDefinition(publisher.constructor as Class);
    const methods = publisher as Record<string | symbol, (event: never, context: EventContext) => object | undefined>;
    const publish = new Map<Class, PublishMapping>(
      [...publishes].map(([event, method]) => [event, (...args) => methods[method]!(...args)]),
    );
    const { registry, broker } = this;
    return relaySubscription({
      name,
      topic: topic.topic,
      source: `/${this.context.name}`,
      publish,
      key,
      registry,
      broker,
    });
  }

  private async executeStored({ id, type, data, metadata }: StoredCommand): Promise<void> {
    const command = this.commands.decode({ type, data });
    this.process.tell(() => `executes ${type} ${JSON.stringify(data)}`);
    await MessageContext.run(new MessageContext(metadata), () => this.execute(command, id)).catch((error: unknown) => {
      if (error instanceof DomainError) this.process.tell(() => `${type} is rejected: ${error.message}`);
      throw error;
    });
  }

  private runnerOf(definition: SubscriptionDefinition): SubscriptionRunner {
    const { checkpoints, parking, unitOfWork } = this.store;
    const { clock, ids, name: owner } = this.process;
    return new SubscriptionRunner({
      definition: { ...definition, retry: { ...this.context.retry, ...definition.retry } },
      tail: this.tailOf(definition.log),
      checkpoints,
      parking,
      unitOfWork,
      clock,
      ids,
      owner,
      pollMs: POLL_MS,
      leaseTtlMs: LEASE_TTL_MS,
      drainMs: DRAIN_MS,
      logger: this.logger,
    });
  }

  private tailOf(log: LogName): LiveTail {
    const tail = this.tails.get(log) ?? new LiveTail(this.store.logs[log], this.process.clock, { pollMs: POLL_MS });
    this.tails.set(log, tail);
    return tail;
  }

  private async startMessaging(): Promise<void> {
    const { context, broker, process, stopping } = this;
    const { consumes, publishers, name: group } = context;
    const decoder = integrationDecoder(consumes);
    this.inbox = new InboxConsumer({ broker, inbound: this.store.inbound, decoder, group });
    const produced = publishers.map((publisher) => publisherDefinition(publisher.constructor as Class).topic);
    while (!stopping.signal.aborted) {
      try {
        const contracts = [...produced, ...consumes];
        await setUpTopics({ broker, contracts, clock: process.clock, signal: stopping.signal });
        return await this.inbox.start();
      } catch {
        await process.clock.sleep(500, stopping.signal);
      }
    }
  }
}
