// The seal of a service, and its anchors: the end of the chain goes into the log now and then, out of reach of who changes the database.
import { systemClock, type Clock } from '../core/index.js';
import { anchorOf, parseSealKeys, sealSubscription, type PostgresDatabase } from '../postgres/index.js';
import type { Logger, SubscriptionDefinition } from '../subscriptions/index.js';
import { nestLogger } from './nest-logger.js';

/** Between two anchors in the log, in milliseconds: what comes after the last one may be cut off unseen. */
const ANCHOR_EVERY_MS = 60_000;

/** @throws ConfigurationError the keys are not 64 hexadecimal digits each. */
export function sealing(
  service: string,
  database: PostgresDatabase,
  keys: string,
  logger: Logger = nestLogger('seal'),
  clock: Clock = systemClock,
): SubscriptionDefinition {
  let last = -Infinity;
  return sealSubscription({
    database,
    keys: parseSealKeys(keys),
    onSealed(seal) {
      const now = clock.now().getTime();
      if (now - last < ANCHOR_EVERY_MS) return;
      last = now;
      const { seal: number, position, ...anchor } = anchorOf(service, seal);
      logger.info('The log is sealed.', { anchor: { ...anchor, seal: String(number), position: String(position) } });
    },
  });
}
