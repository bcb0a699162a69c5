// The port of the dead-letter mirror: what is parked and not mirrored yet. Contract: testing/contracts/dead-letter-store.contract.ts.
import type { ParkedMessage } from '../core/index.js';
import type { UnreadableMessage } from './inbound-log.js';

export type DeadLetter =
  /** A record that its subscription has given up. */
  | { readonly kind: 'record'; readonly message: ParkedMessage }
  /** A message of the inbox that nobody could read. */
  | {
      readonly kind: 'unreadable';
      readonly id: bigint;
      readonly message: UnreadableMessage;
      readonly receivedAt: Date;
    };

export interface ClaimedLetter {
  readonly letter: DeadLetter;
  /** The how-manieth claim of this letter: a later one takes it over. */
  readonly claim: number;
}

export interface DeadLetterStore {
  /**
   * What is parked and not mirrored, the oldest first, records before unreadable messages. For `claimMs` nobody else gets it; whoever is late
   * with it loses the claim, and it is mirrored twice.
   */
  claim(limit: number, claimMs: number): Promise<ClaimedLetter[]>;
  /** The broker has them. Those that were claimed anew, replayed or parked again meanwhile stay to be mirrored. Safe to repeat. */
  mirrored(letters: readonly ClaimedLetter[]): Promise<void>;
  /** How many are parked and not mirrored, claimed ones included. */
  waiting(): Promise<number>;
}
