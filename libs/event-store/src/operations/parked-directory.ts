// The port that lists what is set aside: records of subscriptions, and messages nobody could read.
import type { LogName, ParkedMessage, SubscriptionKey } from '../core/index.js';
import type { UnreadableMessage } from '../messaging/index.js';

export interface ParkedFilter {
  readonly statuses: readonly ParkedMessage['status'][];
  /** Name of the subscription. */
  readonly subscription?: string;
  readonly key?: string;
  readonly log?: LogName;
  /** Of the record, e.g. `order.placed`. */
  readonly type?: string;
  /** What its reason begins with, see {@link reasonCodeOf}. */
  readonly reasonCode?: string;
  /** Set aside at that time or later. */
  readonly since?: Date;
  /** Set aside before that time. */
  readonly before?: Date;
  readonly limit: number;
}

/** `ES-1504` of `ES-1504: shop.payment.captured.v1 came for …`; the reason itself where it has no colon. */
export function reasonCodeOf(reason: string): string {
  return reason.split(':', 1)[0]!;
}

export interface ListedParked extends ParkedMessage {
  /** How many records of the same key stand behind it. */
  readonly behind: number;
}

export interface StoredUnreadable extends UnreadableMessage {
  readonly id: bigint;
  readonly receivedAt: Date;
  /** What an operator made of it; undefined while it waits for one. */
  readonly resolution: Resolution | undefined;
}

export type Resolution = 'replayed' | 'discarded';

export type ListedUnreadable = Omit<StoredUnreadable, 'message'> & {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  /** Of the value, in bytes. */
  readonly bytes: number;
};

export interface UnreadableFilter {
  /** As it came with the message; one that came without has none. */
  readonly key?: string;
  /** As its header `ce_type` says, e.g. `shop.order.placed.v1`. */
  readonly type?: string;
  /** `unknown-type`, `invalid-data`, … */
  readonly reasonCode?: string;
  /** Received at that time or later. */
  readonly since?: Date;
  /** Received before that time. */
  readonly before?: Date;
  /** In the order they came, instead of newest first. */
  readonly oldestFirst?: boolean;
  readonly limit: number;
}

export interface ParkedCounts {
  readonly waiting: number;
  readonly behind: number;
  readonly parked: number;
  /** Without those that were replayed or discarded. */
  readonly unreadable: number;
  /** Of those unreadable: of a type that no contract of the build had. */
  readonly unknownTypes: number;
  /** Of those parked and unreadable: waiting to be mirrored to the dead-letter topic. 0 where nobody has begun to mirror any of them. */
  readonly unmirrored: number;
}

export interface ParkedDirectory {
  /** By subscription, log and position. */
  list(filter: ParkedFilter): Promise<ListedParked[]>;
  find(subscription: SubscriptionKey, position: bigint): Promise<ListedParked | undefined>;
  /** Records of the same key after `position`, ascending. */
  behind(subscription: SubscriptionKey, key: string, position: bigint, limit: number): Promise<ParkedMessage[]>;
  counts(): Promise<ParkedCounts>;
  /** Unresolved ones, newest first unless asked otherwise. */
  unreadable(filter: UnreadableFilter): Promise<ListedUnreadable[]>;
  findUnreadable(id: bigint): Promise<StoredUnreadable | undefined>;
}
