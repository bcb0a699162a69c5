// Sealing is a subscription: it reads settled events behind the writers, so an append does not know of it.
import type { TransactionalSubscription } from '../../subscriptions/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import type { SealKeys } from './seal-key.js';
import type { Seal } from './seal.js';
import { SealedLog } from './sealed-log.js';
import { Sealer } from './sealer.js';

/** Stable for ever. The library's own: nothing of a context may be called so. */
export const SEAL_SUBSCRIPTION = 'seal';

/** Events in one seal, when so many wait: a commit for each batch is what bounds the rate. */
const BATCH = 2_000;
/** Between two seals, in milliseconds: under load one for each append would cost as much as the appends. */
const REST_MS = 200;

export interface SealSubscriptionOptions {
  readonly database: Pick<PostgresDatabase, 'query'>;
  readonly keys: SealKeys;
  /** Told of every seal once it is committed. */
  readonly onSealed?: (seal: Seal) => void;
  /** Events in one seal at most, default 2,000. */
  readonly batchSize?: number;
}

/**
 * One seal for each batch, in the transaction of the checkpoint, so that the chain and the checkpoint never part. The rows are hashed as they
 * are stored: what the log has parsed is not what was written, digit for digit.
 */
export function sealSubscription({
  database,
  keys,
  onSealed,
  batchSize = BATCH,
}: SealSubscriptionOptions): TransactionalSubscription {
  const sealer = new Sealer(new SealedLog(database), keys, onSealed);
  return {
    delivery: 'transactional',
    name: SEAL_SUBSCRIPTION,
    log: 'events',
    start: 'beginning',
    batchSize,
    restMs: REST_MS,
    wants: () => true,
    keyOf: () => SEAL_SUBSCRIPTION,
    prepare: (records, transaction) =>
      sealer.seal(
        records.map(({ position }) => position),
        transaction,
      ),
    // All of it is done for the whole batch.
    handle: () => Promise.resolve(),
  };
}
