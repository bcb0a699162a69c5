// A context's module in memory, whole: commands in, events and messages out, time that a test moves, and no sleeping until all is done.
import { ConfigurationError, deterministicId, type LogName } from '../../core/index.js';
import type { TopicContract } from '../../messaging/index.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from '../../nest/runtime.js';
import { Step, list } from './failure.js';

/** What `@nestjs/testing` gives: a TestingModule, or the application made of it. */
export interface TestedModule {
  get(token: symbol, options: { readonly strict: boolean }): unknown;
}

export interface SettleOptions {
  /** Longest wait, in milliseconds of the machine's clock, default 5,000. */
  readonly timeoutMs?: number;
  /** True where the test expects that something is given up; otherwise that is a failure. */
  readonly allowParked?: boolean;
}

const LOGS: readonly LogName[] = ['events', 'inbound', 'outgoing'];
const DEFAULT_TIMEOUT_MS = 5_000;
/** Between two looks, in milliseconds of the machine's clock. */
const LOOK_MS = 2;
const TIMERS_AT_A_TIME = 100;

export class EventStoreTesting {
  private received = 0;
  private readers = 0;

  private constructor(
    private readonly module: TestedModule,
    private readonly runtime: EventStoreRuntime,
  ) {}

  /** Of a module that imports `EventStoreModule.forTesting()`. */
  static of(module: TestedModule): EventStoreTesting {
    return new EventStoreTesting(module, module.get(EVENT_STORE_RUNTIME, { strict: false }) as EventStoreRuntime);
  }

  /**
   * Resolves when nothing moves any more: every event and message is handled, every command executed, every due timer fired.
   * @throws AssertionError it does not come to rest, or something was given up; with a list of what
   */
  async settle({ timeoutMs = DEFAULT_TIMEOUT_MS, allowParked = false }: SettleOptions = {}): Promise<void> {
    const step = new Step('settle');
    const end = performance.now() + timeoutMs;
    let before: string | undefined;
    for (;;) {
      const { moving, fingerprint } = await this.look();
      if (moving.length === 0 && fingerprint === before) break; // two equal looks: nothing happened between the parts of one
      before = fingerprint;
      if (performance.now() >= end)
        throw step.failure([
          `Not at rest after ${timeoutMs} ms.`,
          list('Still moving', moving, 'something new all the time'),
        ]);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const parked = await this.setAside('parked');
    if (parked.length > 0 && !allowParked)
      throw step.failure([
        'At rest, but something was given up. Where that is meant: settle({ allowParked: true }).',
        list('Parked', parked),
      ]);
  }

  /** Lets `ms` milliseconds pass, `minutes(15)`: timers come in their order, each with all that follows from it. Settles. */
  async pass(ms: number, options?: SettleOptions): Promise<void> {
    const clock = this.runtime.clock as { advance?(ms: number): unknown } & typeof this.runtime.clock;
    if (!clock.advance)
      throw new ConfigurationError(
        'This clock cannot be moved. Give EventStoreModule.forTesting no clock, or one with advance(ms).',
      );
    const end = clock.now().getTime() + ms;
    for (;;) {
      // Whoever has fired what was due, the service's own worker too: what follows from it comes before time goes on.
      await this.settle(options);
      const { fired, nextInMs } = await this.runtime.processes.fireDue(TIMERS_AT_A_TIME);
      if (fired > 0) continue;
      const left = end - clock.now().getTime();
      if (left <= 0) return;
      await clock.advance(Math.min(left, nextInMs ?? left));
    }
  }

  /** A message of another context arrives through the broker, as its sender would write it. Settles. */
  async receive(
    contract: TopicContract,
    message: object,
    { key, ...options }: SettleOptions & { readonly key: string },
  ): Promise<void> {
    const { toBrokerMessage } = await import('../../messaging/index.js');
    const { broker, clock, inbound } = this.runtime;
    const id = deterministicId('received', (this.received += 1));
    const stream = { name: key, category: '', id: key };
    const cause = { stream, version: 0, position: 0n, eventId: id, time: clock.now(), metadata: { correlationId: id } };
    const sent = { event: message, cause, publisher: 'testing', topic: contract.topic, source: '/testing', key };
    const refusedBefore = (await inbound.unreadable()).length;
    await broker.ensureTopics([{ name: contract.topic, partitions: contract.partitions }]);
    const [refused] = await broker.publish([toBrokerMessage(sent)]);
    if (refused) throw refused.error;
    await this.settle(options);
    const [unreadable, ...others] = await inbound.unreadable();
    if (unreadable && others.length >= refusedBefore)
      throw new ConfigurationError(
        `The inbox has refused this ${message.constructor.name}: ${unreadable.detail} (${unreadable.reasonCode})`,
      );
  }

  /** All messages on a topic so far, as instances, those of one key in their order. */
  async published(contract: TopicContract): Promise<object[]> {
    const { integrationDecoder } = await import('../../messaging/index.js');
    const { readMessage } = await import('../../messaging/read-message.js');
    const { broker } = this.runtime;
    const decoder = integrationDecoder([contract]);
    const found: object[] = [];
    const group = `testing-${(this.readers += 1)}`;
    await broker.ensureTopics([{ name: contract.topic, partitions: contract.partitions }]);
    const consumer = await broker.consume({
      group,
      topics: [contract.topic],
      handler: async (batch) => {
        for (const received of batch) {
          const message = readMessage(received, decoder);
          found.push('reasonCode' in message ? received : decoder.decode(message));
        }
        return Promise.resolve('ack');
      },
    });
    while ((await broker.lag(group, [contract.topic])).some(({ messages }) => messages > 0))
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    await consumer.stop();
    return found;
  }

  /** The events of a stream, `order-<id>`, as instances, oldest first: what its rows are today. */
  async history(stream: string): Promise<object[]> {
    const { store, registry } = this.runtime;
    return (await store.readStream(stream)).flatMap((stored) => registry.decodeAll(stored));
  }

  private async look(): Promise<{ readonly moving: readonly string[]; readonly fingerprint: string }> {
    const { processes, logs, checkpoints, broker, service } = this.runtime;
    const { fired } = await processes.fireDue(TIMERS_AT_A_TIME);
    const { Explorer } = await import('../../nest/explorer.js');
    const { features } = (
      this.module.get(Explorer as never, { strict: false }) as InstanceType<typeof Explorer>
    ).explore();
    const topics = [...new Set(features.flatMap(({ options }) => (options.consumes ?? []).map(({ topic }) => topic)))];
    const unread = (await broker.lag(service, topics)).filter(({ messages }) => messages > 0);
    const heads = new Map(
      await Promise.all(LOGS.map(async (log) => [log, (await logs[log].head()).position] as const)),
    );
    const places = await checkpoints.list();
    const behind = places.filter(({ log, cursor }) => cursor.position < heads.get(log)!);
    const moving = [
      ...(fired > 0 ? [`${fired} timers have been fired`] : []),
      ...unread.map(({ topic, messages }) => `${messages} messages on ${topic} have not been received`),
      ...behind.map(
        ({ name, log, cursor }) => `${name} is at ${cursor.position} of ${heads.get(log)} in the log ${log}`,
      ),
      ...(await this.setAside('waiting')),
    ];
    const at = places.map(({ name, log, cursor }) => `${name} ${log} ${cursor.position}`);
    return { moving, fingerprint: JSON.stringify([[...heads.values()].map(String), at]) };
  }

  private async setAside(status: 'waiting' | 'parked'): Promise<string[]> {
    const all = await this.runtime.parking.list({ status });
    return all.map(({ name, type, reason, attempts }) => `${type} at ${name}, after ${attempts} attempts: ${reason}`);
  }
}
