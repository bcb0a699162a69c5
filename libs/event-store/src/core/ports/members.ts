// Who shares the work of a subscription that is divided into segments. Members say that they are there; who falls silent is forgotten.
import type { SubscriptionKey } from './subscription-stores.js';

export interface MemberStore {
  /** Says that `member` is there for `ttlMs` more, and answers all that are, itself included, in the order of their names. Time is the store's. */
  announce(group: SubscriptionKey, member: string, ttlMs: number): Promise<string[]>;
  /** It is gone for good, so that nobody waits for its time to run out. Harmless when it is gone already. */
  leave(group: SubscriptionKey, member: string): Promise<void>;
}
