// The inbox: messages of other contexts, one row per message id, read by position like own events (the log `inbound`).
import type { EventMetadata } from '../core/index.js';
import type { ReceivedMessage } from './broker.js';

export interface InboundMessage {
  /** The CloudEvents id: an inbound message is stored once. */
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** Version of the stream it came from, 0 when not given. */
  readonly version: number;
  readonly data: object;
  readonly metadata: EventMetadata;
  /** Of type, key and data as they were sent: the same id with another hash is a fault of the sender. */
  readonly contentHash: string;
}

/** A message nobody can handle, kept as it came. */
export interface UnreadableMessage {
  readonly message: ReceivedMessage;
  /** Stable, e.g. `not-json`, `missing-id`, `unknown-type`, `invalid-data`, `too-large`, `tombstone`, `id-reused`. */
  readonly reasonCode: string;
  readonly detail: string;
}

export interface InboundLog {
  /**
   * Stores the batch in one transaction: new messages, and unreadable ones aside. Returns how many were new, and which ids came again
   * with other content (the caller parks those).
   */
  store(
    messages: readonly InboundMessage[],
    unreadable: readonly UnreadableMessage[],
  ): Promise<{ stored: number; duplicates: number; reused: readonly string[] }>;
  /** Newest first, at most 100. */
  unreadable(): Promise<
    (Omit<UnreadableMessage, 'message'> & { topic: string; partition: number; offset: string; receivedAt: Date })[]
  >;
}
