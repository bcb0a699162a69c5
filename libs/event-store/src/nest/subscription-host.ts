// Starts what the modules declare once all of them are built, and drains it before anything it needs is closed.
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import {
  aggregateEvents,
  eventDeclaration,
  onDuty,
  type CheckpointStore,
  type Lease,
  type LogName,
} from '../core/index.js';
import {
  integrationDecoder,
  publisherDefinition,
  type BrokerHealth,
  type DeadLetterStatus,
  type TopicContract,
  type TopicLag,
} from '../messaging/index.js';
import { CommandRegistry, TimerWorker, type TimerStatus } from '../processes/index.js';
import {
  divisibleCheckpoints,
  LiveTail,
  logsOfEvents,
  ProcessSubscriptions,
  type RunnerStatus,
  type SubscriptionDefinition,
} from '../subscriptions/index.js';
import { checkDeclarations, checkNames, checkOwners, checkProcesses } from './boot-checks.js';
import { CommandBus } from './command-bus.js';
import { buildSubscriptions, findProjections } from './definitions.js';
import { Explorer, type Explored } from './explorer.js';
import { Messaging } from './messaging.js';
import { nestLogger } from './nest-logger.js';
import { checkMiddleware, instancesOf } from './pipeline/found-middleware.js';
import { commandPipeline } from './pipeline/command-pipeline.js';
import { findProcesses } from './processes.js';
import { ReadModelReadiness } from './read-model-readiness.js';
import { ReadModels } from './read-models.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';

/** How long a lease lives without a renewal, in milliseconds. */
const LEASE_TTL_MS = 10_000;

@Injectable()
export class SubscriptionHost implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('EventStore');
  private readonly owner: string;
  private readonly tails = new Map<LogName, LiveTail>();
  private subscriptions: ProcessSubscriptions | undefined;
  private timerWorker: TimerWorker | undefined;
  private broker: Messaging | undefined;
  private readiness: ReadModelReadiness | undefined;
  private isStopping = false;
  /** What this build subscribes to, whoever works on it: each segment by itself. */
  definitions: readonly Pick<SubscriptionDefinition, 'name' | 'log' | 'delivery'>[] = [];

  constructor(
    @Inject(EVENT_STORE_RUNTIME) private readonly runtime: EventStoreRuntime,
    private readonly explorer: Explorer,
    private readonly bus: CommandBus,
    private readonly readModels: ReadModels,
  ) {
    this.owner = `${runtime.service}/${runtime.ids.next()}`;
  }

  /** What every subscription of this process does now, for health, metrics and the operator. */
  statuses(): RunnerStatus[] {
    return this.subscriptions?.statuses() ?? [];
  }

  /** What the service has not received yet, per topic. @throws UnavailableError */
  async consumerLag(): Promise<TopicLag[]> {
    return this.broker?.consumerLag() ?? [];
  }

  /** Whether timers are fired, for health: none in a service without process managers. */
  timers(): TimerStatus[] {
    return this.timerWorker ? [this.timerWorker.status()] : [];
  }

  /** How the mirror of parked records is, for health and metrics; undefined where nothing is mirrored. */
  deadLetters(): DeadLetterStatus | undefined {
    return this.broker?.deadLetters();
  }

  /**
   * For health: what of this process does not do its work, one sentence each. Empty while it stops: then nothing is expected of it. They name
   * no data.
   */
  unwell(): string[] {
    if (this.isStopping) return [];
    return [...this.statuses(), ...this.timers()].flatMap((one) => {
      if (['stopped', 'backing-off', 'ended'].includes(one.state)) return [`${one.name} ${one.state}`];
      if (one.stalledMs === undefined) return [];
      return [`${one.name} without progress for ${Math.floor(one.stalledMs / 1_000)} s`];
    });
  }

  /** Whether messages come and go, for health: the broker itself, the topics and the inbox. */
  messaging(): BrokerHealth {
    return this.broker?.health() ?? { status: 'degraded', detail: 'messaging is starting' };
  }

  /**
   * Why this process should get no traffic yet: a sentence for each read model that is still being built. They name no data.
   * @throws UnavailableError
   */
  async unreadyReadModels(): Promise<string[]> {
    const { readiness } = this;
    return readiness ? onDuty('health', () => readiness.unready()) : ['the subscriptions are starting'];
  }

  /** @throws ConfigurationError on anything declared that cannot work. */
  async onApplicationBootstrap(): Promise<void> {
    const { runtime } = this;
    const explored = this.explorer.explore();
    const consumed = explored.features.flatMap(({ options }) => options.consumes ?? []);
    this.registerEvents(explored, consumed);
    checkDeclarations(explored, runtime.registry);
    checkMiddleware(explored.features, explored.commandHandlers);
    runtime.personalData.check();
    const produced = explored.features
      .flatMap(({ options }) => options.publishers ?? [])
      .map((of) => publisherDefinition(of).topic);
    const messaging = new Messaging({ runtime, produced, consumed, decoder: integrationDecoder(consumed) });
    const inboundTypes = new Set(
      consumed.flatMap(({ events }) => events.map((event) => eventDeclaration(event)!.type)),
    );
    this.bus.open(
      explored.commandHandlers.map(({ command, handlerClass, middleware }) => [
        command,
        commandPipeline(command, handlerClass, instancesOf(middleware)),
      ]),
    );
    const commands = new CommandRegistry().register(...explored.commandHandlers.map(({ command }) => command));
    const processes = findProcesses(explored);
    checkProcesses(processes, runtime.registry, commands);
    const buses = { bus: this.bus, registry: commands };
    const definitions = [
      ...buildSubscriptions(explored, processes, runtime, buses, inboundTypes),
      ...(runtime.subscriptions ?? []),
    ];
    checkNames(definitions);
    this.definitions = definitions;
    const projections = findProjections(explored, runtime);
    this.readModels.open(projections, inboundTypes);
    await runtime.open();
    runtime.inlineProjections.push(...projections.filter(({ inline }) => inline));
    const retired = [...explored.features.flatMap(({ options }) => options.retired ?? []), ...(runtime.idle ?? [])];
    const foreign = checkOwners(await runtime.checkpoints.list(), definitions, retired, runtime.clock.now());
    for (const sentence of foreign) this.logger.warn(sentence);
    const async = projections.filter(({ inline }) => !inline);
    for (const projection of async) await runtime.versions.begin(projection);
    const checkpoints = this.checkpointsOf(definitions);
    await this.placeCheckpoints(definitions, checkpoints);
    this.readiness = new ReadModelReadiness(
      runtime,
      async.map((one) => ({ ...one, logs: logsOfEvents(one.handlers.keys(), inboundTypes) })),
    );
    this.broker = messaging;
    onDuty('subscriptions', () => {
      this.start(definitions, checkpoints);
      if (processes.length > 0) this.startTimers();
      messaging.start();
    });
  }

  /** Intake stops first: no message and no event is begun any more, what is in hand is finished and its place saved. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    this.readModels.close();
    await Promise.all([this.broker?.stop(), this.timerWorker?.stop(), this.subscriptions?.stop()]);
    for (const tail of this.tails.values()) tail.close();
  }

  /** Connections last, after HTTP requests in flight have had theirs. */
  async onApplicationShutdown(): Promise<void> {
    await this.broker?.ended();
    await this.runtime.close();
  }

  private registerEvents({ features }: Explored, consumed: readonly TopicContract[]): void {
    const { registry } = this.runtime;
    for (const { options } of features) {
      for (const aggregate of options.aggregates ?? []) registry.register(...aggregateEvents(aggregate));
      registry.register(...(options.events ?? []));
    }
    for (const { events } of consumed) registry.register(...events);
  }

  /** A subscription that begins "now" begins before this boot ends, so that nothing of this boot is missed. */
  private async placeCheckpoints(
    definitions: readonly SubscriptionDefinition[],
    checkpoints: CheckpointStore,
  ): Promise<void> {
    const { logs } = this.runtime;
    for (const { name, log, start } of definitions) {
      const initial = () => (start === 'now' ? logs[log].head() : logs[log].beginning());
      const lease: Lease | undefined = await checkpoints.acquire({ name, log }, this.owner, LEASE_TTL_MS, initial);
      if (lease) await checkpoints.release(lease);
    }
  }

  private startTimers(): void {
    const { processes: store, clock, ids } = this.runtime;
    this.timerWorker = new TimerWorker({ store, clock, ids, logger: nestLogger('timers') });
    this.timerWorker.start();
  }

  private checkpointsOf(definitions: readonly SubscriptionDefinition[]): CheckpointStore {
    const segments = definitions.filter((one) => one.delivery === 'batch' && one.divisible);
    return divisibleCheckpoints({ ...this.runtime, segments, logger: nestLogger('segments') });
  }

  private start(definitions: readonly SubscriptionDefinition[], checkpoints: CheckpointStore): void {
    const { parking, unitOfWork, members, clock, ids, logs, retry } = this.runtime;
    const tailOf = (log: LogName): LiveTail => {
      const tail = this.tails.get(log) ?? new LiveTail(logs[log], clock);
      this.tails.set(log, tail);
      return tail;
    };
    this.subscriptions = new ProcessSubscriptions({
      definitions: definitions.map((one) => ({ ...one, retry: { ...retry, ...one.retry } })),
      checkpoints,
      parking,
      unitOfWork,
      members,
      clock,
      ids,
      owner: this.owner,
      leaseTtlMs: LEASE_TTL_MS,
      tailOf,
      loggerOf: nestLogger,
      moved: ({ name, log }, position) => {
        if (log === 'events') this.readModels.watch.moved(name, position);
      },
    });
    this.subscriptions.start();
  }
}
