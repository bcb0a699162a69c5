// The broker itself: topics with partitions, groups whose members share them, and offsets. It survives every process.
import { UnavailableError } from '../../core/index.js';
import { partitionOf, type BrokerMessage, type ReceivedMessage, type TopicSpec } from '../../messaging/index.js';

export interface Place {
  readonly topic: string;
  readonly partition: number;
}

export interface Member {
  readonly group: string;
  readonly topics: readonly string[];
  /** Called at every change of members with the partitions that are its own until the next one. */
  assigned(generation: number, places: readonly Place[]): void;
  /** Something has come. */
  wake(): void;
}

interface Group {
  generation: number;
  readonly members: Member[];
  readonly offsets: Map<string, number>;
}

export class SimulatedBus {
  readonly topics = new Map<string, ReceivedMessage[][]>();
  private readonly groups = new Map<string, Group>();

  createTopic({ name, partitions }: TopicSpec): void {
    if (!this.topics.has(name))
      this.topics.set(
        name,
        Array.from({ length: partitions }, () => []),
      );
  }

  append({ topic, key, headers, value }: BrokerMessage): void {
    const partitions = this.partitionsOf(topic);
    const partition = partitionOf(key, partitions.length);
    const messages = partitions[partition]!;
    messages.push({ topic, partition, offset: String(messages.length), key, headers, value });
  }

  /** For members: something was appended. */
  wake(): void {
    for (const { members } of this.groups.values()) for (const member of members) member.wake();
  }

  read({ topic, partition }: Place, from: number, limit: number): readonly ReceivedMessage[] {
    return this.partitionsOf(topic)[partition]!.slice(from, from + limit);
  }

  join(member: Member): void {
    const { members } = this.group(member.group);
    if (!members.includes(member)) members.push(member);
    this.rebalance(member.group);
  }

  leave(member: Member): void {
    const { members } = this.group(member.group);
    const at = members.indexOf(member);
    if (at < 0) return;
    members.splice(at, 1);
    this.rebalance(member.group);
  }

  memberCount(group: string): number {
    return this.group(group).members.length;
  }

  /** Partitions are handed out anew, whoever is at work on them. */
  rebalance(name: string): void {
    const group = this.group(name);
    group.generation += 1;
    for (const [index, member] of group.members.entries()) {
      const places = member.topics
        .flatMap((topic) => (this.topics.get(topic) ?? []).map((_messages, partition) => ({ topic, partition })))
        .filter((_place, at) => (at + group.generation) % group.members.length === index);
      member.assigned(group.generation, places);
    }
  }

  committed(group: string, place: Place): number {
    return this.group(group).offsets.get(nameOf(place)) ?? 0;
  }

  /** @throws UnavailableError by a member of a generation that is over. */
  commit(member: Member, generation: number, place: Place, offset: number): void {
    const group = this.group(member.group);
    if (group.generation !== generation || !group.members.includes(member))
      throw new UnavailableError('The offset', new Error('another generation has begun'));
    group.offsets.set(nameOf(place), offset);
  }

  /** Messages a group has not acknowledged. */
  lag(group: string, topic: string): number {
    const partitions = this.topics.get(topic) ?? [];
    return partitions.reduce(
      (sum, messages, partition) => sum + messages.length - this.committed(group, { topic, partition }),
      0,
    );
  }

  private group(name: string): Group {
    const known = this.groups.get(name) ?? { generation: 0, members: [], offsets: new Map<string, number>() };
    this.groups.set(name, known);
    return known;
  }

  private partitionsOf(topic: string): ReceivedMessage[][] {
    const known = this.topics.get(topic);
    if (!known) throw new UnavailableError(`Topic ${topic}`, new Error('it has not been created yet'));
    return known;
  }
}

function nameOf({ topic, partition }: Place): string {
  return `${topic}/${partition}`;
}
