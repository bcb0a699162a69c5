// What the brokers of one test share: topics, and groups whose members take partitions. Nothing survives the process.
import { ConfigurationError, UnavailableError, type Clock } from '../core/index.js';
import {
  partitionOf,
  type BrokerMessage,
  type ConsumeOptions,
  type ReceivedMessage,
  type TopicLag,
  type TopicSpec,
} from '../messaging/index.js';

/** A message as a foreign sender may leave it. */
export type RawMessage = Pick<ReceivedMessage, 'key' | 'headers' | 'value'>;

/** Messages in one call of a handler. */
const BATCH = 500;
const MAX_BACKOFF_MS = 1_000;

interface GroupPartition {
  readonly topic: string;
  readonly partition: number;
  /** Messages acknowledged so far. */
  offset: number;
  failures: number;
  /** The call in hand, and whose it is. */
  busy: Promise<void> | undefined;
  owner: ConsumeOptions | undefined;
  /** Until the pause after a failure is over. */
  waiting: boolean;
}

interface Group {
  readonly members: ConsumeOptions[];
  readonly partitions: Map<string, GroupPartition>;
}

export class MemoryBus {
  private readonly topics = new Map<string, ReceivedMessage[][]>();
  private readonly groups = new Map<string, Group>();
  private down = false;

  constructor(private readonly clock: Clock) {}

  /** As if the broker had gone: nothing in, nothing out, until it is set to false again. */
  set unavailable(down: boolean) {
    this.down = down;
    this.wake();
  }

  get unavailable(): boolean {
    return this.down;
  }

  /** @throws UnavailableError */
  assertAvailable(): void {
    if (this.down) throw new UnavailableError('The memory broker', new Error('switched off by the test'));
  }

  createTopic({ name, partitions }: TopicSpec): void {
    const known = this.topics.get(name);
    if (known && known.length !== partitions) {
      throw new ConfigurationError(
        `Topic ${name} has ${known.length} partitions and ${partitions} were asked for: another count would move keys and break their order.`,
      );
    }
    if (!known)
      this.topics.set(
        name,
        Array.from({ length: partitions }, () => []),
      );
    this.wake();
  }

  /** @throws UnavailableError */
  assertTopic(topic: string): void {
    this.partitionsOf(topic);
  }

  append({ topic, key, headers, value }: BrokerMessage): void {
    this.put(topic, partitionOf(key, this.partitionsOf(topic).length), { key, headers, value });
  }

  put(topic: string, partition: number, { key, headers, value }: RawMessage): void {
    const messages = this.partitionsOf(topic)[partition]!;
    messages.push({
      topic,
      partition,
      offset: String(messages.length),
      key,
      headers: { ...headers },
      value: value && Buffer.from(value),
    });
  }

  join(member: ConsumeOptions): void {
    this.group(member.group).members.push(member);
    this.wake();
  }

  /** Resolves when no call of the member's is in hand any more. */
  async leave(member: ConsumeOptions): Promise<void> {
    const { members, partitions } = this.group(member.group);
    const at = members.indexOf(member);
    if (at >= 0) members.splice(at, 1);
    for (const { busy, owner } of partitions.values()) if (owner === member) await busy;
    this.wake();
  }

  lag(group: string, topic: string): TopicLag {
    const { partitions } = this.group(group);
    const behind = (this.topics.get(topic) ?? []).map(
      (messages, at) => messages.length - (partitions.get(`${topic}/${at}`)?.offset ?? 0),
    );
    return { topic, messages: behind.reduce((sum, messages) => sum + messages, 0) };
  }

  /** 0 when there is no such topic. */
  partitionCount(topic: string): number {
    return this.topics.get(topic)?.length ?? 0;
  }

  memberCount(group: string): number {
    return this.group(group).members.length;
  }

  /** Every partition that has messages and nobody at work gets a call of the member whose share it is. */
  wake(): void {
    if (this.down) return;
    for (const group of this.groups.values()) {
      for (const [topic, partitions] of this.topics) {
        const members = group.members.filter(({ topics }) => topics.includes(topic));
        if (members.length === 0) continue;
        for (const [partition, messages] of partitions.entries()) {
          const member = members[partition % members.length]!;
          const place = this.place(group, topic, partition);
          if (place.busy || place.waiting || place.offset >= messages.length) continue;
          place.owner = member;
          place.busy = this.deliver(member, place, messages.slice(place.offset, place.offset + BATCH));
        }
      }
    }
  }

  private async deliver(
    member: ConsumeOptions,
    place: GroupPartition,
    batch: readonly ReceivedMessage[],
  ): Promise<void> {
    await Promise.resolve(); // never inside the publisher's own call
    const outcome = await member.handler(batch).catch(() => 'retry' as const);
    place.busy = undefined;
    if (outcome === 'ack') {
      place.offset += batch.length;
      place.failures = 0;
      this.wake();
    } else {
      place.failures += 1;
      this.backOff(place);
    }
  }

  /** A member that leaves need not wait for this: the wait belongs to the partition. */
  private backOff(place: GroupPartition): void {
    place.waiting = true;
    this.clock.after(Math.min(MAX_BACKOFF_MS, 10 * 2 ** place.failures), () => {
      place.waiting = false;
      this.wake();
    });
  }

  private place(group: Group, topic: string, partition: number): GroupPartition {
    const name = `${topic}/${partition}`;
    const known = group.partitions.get(name) ?? {
      topic,
      partition,
      offset: 0,
      failures: 0,
      busy: undefined,
      owner: undefined,
      waiting: false,
    };
    group.partitions.set(name, known);
    return known;
  }

  private group(name: string): Group {
    const known = this.groups.get(name) ?? { members: [], partitions: new Map<string, GroupPartition>() };
    this.groups.set(name, known);
    return known;
  }

  private partitionsOf(topic: string): ReceivedMessage[][] {
    const known = this.topics.get(topic);
    if (!known) throw new UnavailableError(`Topic ${topic}`, new Error('it has not been created yet'));
    return known;
  }
}
