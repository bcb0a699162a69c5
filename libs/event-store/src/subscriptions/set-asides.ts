// Records that failed: writes them to the parking store, tells the operator, and knows when to look for those that are due again.
import type { LogRecord, ParkedMessage } from '../core/index.js';
import { reasonOf } from './failure.js';
import { itemOf, type Item } from './item.js';
import { nextDelayMs } from './retry-policy.js';
import { DEFAULT_POLL_MS, retryPolicyOf, type SubscriptionRunnerOptions } from './runner-options.js';
import type { Session } from './session.js';

/** Heads of keys taken in one look. */
const HEADS_AT_A_TIME = 100;
/** A head that is due but not handed out (clocks differ by a little) is not asked for in a tight loop, in milliseconds. */
const SHORTEST_LOOK_MS = 10;

/** A decision about a failed record: `write` goes into the unit of work, `report` follows its commit. */
export interface SetAside {
  write(): Promise<void>;
  report(): void;
}

export class SetAsides {
  private lookAt = 0;
  private readonly pollMs: number;

  constructor(
    private readonly session: Session,
    private readonly options: SubscriptionRunnerOptions,
  ) {
    this.pollMs = options.pollMs ?? DEFAULT_POLL_MS;
  }

  /** @param attempts including the one that failed. */
  plan(item: Pick<Item, 'record' | 'key'>, error: unknown, attempts: number): SetAside {
    const { definition, ids } = this.options;
    return this.set(item, reasonOf(error), attempts, nextDelayMs(retryPolicyOf(definition), attempts, ids.random()));
  }

  /** Parks for good what cannot be tried again because the log no longer has it. */
  planMissing(head: ParkedMessage): SetAside {
    const { position, messageId: id, type, key, parkedAt: time, attempts } = head;
    const record = {
      position,
      id,
      key,
      version: 0,
      type,
      schemaVersion: 1,
      data: {},
      metadata: { correlationId: id },
      time,
    };
    return this.set({ record, key }, 'the log no longer has this record', attempts, undefined);
  }

  queueBehind({ record, key }: Item): Promise<void> {
    return this.options.parking.queueBehind(this.session.subscription, keyed(record, key));
  }

  heldAmong(keys: readonly string[]): Promise<ReadonlySet<string>> {
    if (keys.length === 0) return Promise.resolve(new Set<string>());
    return this.options.parking.heldKeys(this.session.subscription, keys);
  }

  remove(head: ParkedMessage): Promise<void> {
    return this.options.parking.remove(this.session.subscription, head.position);
  }

  /** Those whose turn it is; does not ask the store before something can be due. */
  async due(): Promise<ParkedMessage[]> {
    if (this.now() < this.lookAt) return [];
    const { parking } = this.options;
    this.lookAt = Infinity; // what is set aside while we ask still brings it forward
    const heads = await parking.due(this.session.subscription, HEADS_AT_A_TIME);
    let restMs = 0;
    if (heads.length === 0) {
      const waitMs = (await parking.nextDueInMs(this.session.subscription)) ?? this.pollMs;
      restMs = Math.max(SHORTEST_LOOK_MS, Math.min(waitMs, this.pollMs));
    }
    this.lookAt = Math.min(this.lookAt, this.now() + restMs);
    return heads;
  }

  /** How long nothing needs to be looked at, in milliseconds. */
  get restMs(): number {
    return Math.max(0, this.lookAt - this.now());
  }

  lookWithin(ms: number): void {
    this.lookAt = Math.min(this.lookAt, this.now() + ms);
    this.session.wake();
  }

  /** For when all that is due is being tried already. */
  rest(): void {
    this.lookAt = this.now() + this.pollMs;
  }

  /** The record of a head, fetched again; undefined when the log no longer has it. */
  async itemOf(head: ParkedMessage): Promise<Item | undefined> {
    const record = await this.options.tail.log.readAt(head.position);
    return record && { ...itemOf(this.options.definition, record), key: head.key };
  }

  private set(
    { record, key }: Pick<Item, 'record' | 'key'>,
    reason: string,
    attempts: number,
    delayMs: number | undefined,
  ): SetAside {
    const { parking, logger } = this.options;
    const { subscription, progress } = this.session;
    return {
      write: () => parking.setAside(subscription, keyed(record, key), { attempts, reason, delayMs }),
      report: () => {
        const { position, type, id } = record;
        const fields = {
          subscription: subscription.name,
          log: subscription.log,
          key,
          type,
          position,
          id,
          attempts,
          reason,
        };
        if (delayMs !== undefined) {
          this.lookWithin(delayMs);
          return logger.warn(`Subscription ${subscription.name} tries a record again later.`, { ...fields, delayMs });
        }
        progress.parked += 1;
        logger.error(`Subscription ${subscription.name} has parked a record; its key waits behind it.`, fields);
      },
    };
  }

  private now(): number {
    return this.options.clock.now().getTime();
  }
}

function keyed(record: LogRecord, key: string): LogRecord {
  return record.key === key ? record : { ...record, key };
}
