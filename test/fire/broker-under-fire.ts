// What the tests of faults do to a broker: take it away, freeze it, and put things on its topics behind the services' backs.
import type { Broker } from '../../libs/event-store/src/messaging/index.js';

/** Anything at all. Header values as text, or as bytes where the broker keeps bytes. */
export interface RawMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string | Buffer>>;
  readonly value: Buffer | null;
}

export interface BrokerUnderFire {
  readonly name: 'postgres' | 'kafka';
  /** From one moment to the next; it stays away until {@link up}. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** It keeps its connections and answers nothing on them; undefined for a broker that cannot be frozen alone. */
  readonly freeze?: (() => Promise<void>) | undefined;
  readonly thaw?: (() => Promise<void>) | undefined;
  /** Puts a message on its topic as it is; returns its {@link placeName}. */
  put(message: RawMessage): Promise<string>;
  /** As if nobody had ever read in the group. Of its members none may be left. */
  forgetGroup(group: string): Promise<void>;
  /** Of a group whose members are dead, what they held; undefined for a broker that has to find out by itself. */
  readonly giveUpMembers?: ((group: string) => Promise<void>) | undefined;
  /** A client of our own, through the port that the services use. */
  readonly client: Broker;
  /** Of the client and what else was opened here; the broker itself belongs to the system. */
  close(): Promise<void>;
}

export function placeName(place: {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string | bigint;
}): string {
  return `${place.topic}/${place.partition}@${place.offset}`;
}
