// Records that failed: writes them to the parking store, tells the operator, and knows when to look for those that are due again.
import {
  isStillAhead,
  meter,
  overtakingKey,
  storeMetrics,
  type ParkedMessage,
  type RecordToPark,
  type UnreadablePersonalDataError,
} from '../../core/index.js';
import { codeOf, codeOfReason, reasonOf, UnwantedRecordError } from '../failure.js';
import { itemOf, type Item } from '../item.js';
import { DEPLOY_MS, nextDelayMs, retryingFor, type RetryPolicy } from '../retry-policy.js';
import { DEFAULT_POLL_MS, retryPolicyOf, type SubscriptionRunnerOptions } from '../runner/runner-options.js';
import type { Session } from '../runner/session.js';
import { skippedFor, tellSkipped, UNKNOWN } from './unreadable.js';

/** Heads of keys taken in one look. */
const HEADS_AT_A_TIME = 100;
const UNWANTED: UnwantedRecordError['code'] = 'ES-1305';
const LOCKED: UnreadablePersonalDataError['code'] = 'ES-1601';
/** A head that is due but not handed out (clocks differ by a little) is not asked for in a tight loop, in milliseconds. */
const SHORTEST_LOOK_MS = 10;

/** For what another build wants: looked at every 30 to 60 seconds until a deploy is over. */
const unwantedPolicy: RetryPolicy = { maxAttempts: DEPLOY_MS / 30_000 + 1, firstDelayMs: 60_000, maxDelayMs: 60_000 };

/** For what needs an event that only a newer build can read: that build goes on with it within seconds of taking over. */
const deployPolicy = retryingFor(DEPLOY_MS);

/** For what no key opens: maybe somebody brings the key. Soon at first, then once a minute, for an hour at least. */
const keyPolicy: RetryPolicy = { maxAttempts: DEPLOY_MS / 30_000 + 10, firstDelayMs: 200, maxDelayMs: 60_000 };

/** A decision about a failed record: `write` goes into the unit of work, `report` follows its commit. */
export interface SetAside {
  write(): Promise<void>;
  report(): void;
}

export class SetAsides {
  private lookAt = 0;
  /** Nothing is set aside, for certain: only who holds the lease sets aside, so it stays true until we do. */
  private isEmpty = false;
  private readonly pollMs: number;

  constructor(
    private readonly session: Session,
    private readonly options: SubscriptionRunnerOptions,
  ) {
    this.pollMs = options.pollMs ?? DEFAULT_POLL_MS;
  }

  /** The last record that sessions before this one set aside although the checkpoint has not passed it; it may have been discarded. */
  async lastBefore(): Promise<bigint> {
    const { subscription, position } = this.session;
    return (await this.options.parking.lastSetAside(subscription, position)) ?? position;
  }

  isDiscarded(record: Pick<RecordToPark, 'position' | 'id'>): Promise<boolean> {
    return this.options.parking.isDiscarded(this.session.subscription, record);
  }

  /** `before`: how it was set aside when this attempt began. Attempts are those under one policy: patience with one failure uses up none with another. */
  plan(
    item: Pick<Item, 'record' | 'key'>,
    error: unknown,
    before: Pick<ParkedMessage, 'attempts' | 'reason'> = { attempts: 0, reason: '' },
  ): SetAside {
    const { definition, ids } = this.options;
    const [code, codeBefore] = [codeOf(error), codeOfReason(before.reason)];
    const special = this.policyFor(code, error);
    const isSame = code === codeBefore || special === this.policyFor(codeBefore);
    const attempts = isSame ? before.attempts + 1 : 1;
    return this.set(
      item,
      reasonOf(error),
      attempts,
      nextDelayMs(special ?? retryPolicyOf(definition), attempts, ids.random()),
    );
  }

  /** Parks for good what cannot be tried again because the log no longer has it. */
  planMissing(head: ParkedMessage): SetAside {
    const record = { ...head, id: head.messageId };
    return this.set({ record, key: head.key }, 'the log no longer has this record', head.attempts, undefined);
  }

  queueBehind({ record, key: own }: Item, key = own): Promise<void> {
    this.fill();
    return this.options.parking.queueBehind(this.session.subscription, keyed(record, key));
  }

  /** Those of `keys` that have something set aside, each with the key to stand behind: one that overtook and failed holds its key too. */
  async heldAmong(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { definition, parking } = this.options;
    const overtaking = definition.delivery === 'transactional' && definition.overtakes ? keys.map(overtakingKey) : [];
    if (this.isEmpty || keys.length === 0) return new Map();
    const held = await parking.heldKeys(this.session.subscription, [...keys, ...overtaking]);
    const places = keys.map((key): [string, string | undefined] => [
      key,
      [key, overtakingKey(key)].find((place) => held.has(place)),
    ]);
    return new Map(places.filter((place): place is [string, string] => place[1] !== undefined));
  }

  /** What is set aside of a key, those that failed while they overtook it included; ascending. */
  async ahead(key: string): Promise<readonly ParkedMessage[]> {
    const { name, log } = this.session.subscription;
    const { parking } = this.options;
    return [...(await parking.list({ name, key })), ...(await parking.list({ name, key: overtakingKey(key) }))]
      .filter((message) => message.log === log)
      .sort((a, b) => (a.position < b.position ? -1 : 1));
  }

  /**
   * The key to stand behind, where one of the other `keys` of the same thing has something set aside that came earlier: set aside before it was
   * known that they belong together. Undefined for one that went before what waits.
   */
  async before(head: ParkedMessage, keys: readonly string[]): Promise<string | undefined> {
    const others = keys.filter((key) => key !== head.key);
    if (others.length === 0 || keys.some((key) => overtakingKey(key) === head.key)) return undefined;
    const aside: ParkedMessage[] = [];
    for (const key of others) aside.push(...(await this.ahead(key)).filter(({ position }) => position < head.position));
    return aside.sort((a, b) => (a.position < b.position ? -1 : 1))[0]?.key;
  }

  remove(head: ParkedMessage): Promise<void> {
    return this.options.parking.remove(this.session.subscription, head.position);
  }

  /** Those whose turn it is; does not ask the store before something can be due. */
  async due(): Promise<ParkedMessage[]> {
    if (this.isEmpty || this.lookAt === Infinity || isStillAhead(this.lookAt, this.pollMs, this.options.clock))
      return [];
    const { parking } = this.options;
    this.lookAt = Infinity; // what is set aside while we ask still brings it forward
    const heads = await parking.due(this.session.subscription, HEADS_AT_A_TIME);
    let restMs = 0;
    if (heads.length === 0) {
      const waitMs = await parking.nextDueInMs(this.session.subscription);
      if (waitMs === undefined) await this.lookWhetherEmpty();
      restMs = Math.max(SHORTEST_LOOK_MS, Math.min(waitMs ?? this.pollMs, this.pollMs));
    }
    this.lookAt = Math.min(this.lookAt, this.now() + restMs);
    return heads;
  }

  /** How long nothing needs to be looked at, in milliseconds. */
  get restMs(): number {
    return this.isEmpty ? Infinity : Math.max(0, this.lookAt - this.now());
  }

  lookWithin(ms: number): void {
    this.lookAt = Math.min(this.lookAt, this.now() + ms);
    this.session.wake();
  }

  /** For when all that is due is being tried already. */
  rest(): void {
    this.lookAt = this.now() + this.pollMs;
  }

  /**
   * The record of a head, fetched again; undefined when the log no longer has it. One that this build does not want fails, and is kept; one that it
   * cannot read, and is to skip, is let go.
   */
  async itemOf(head: ParkedMessage): Promise<Item | undefined> {
    const { definition, tail, logger } = this.options;
    const record = await tail.log.readAt(head.position);
    if (!record) return undefined;
    const item = { ...itemOf(definition, record), key: head.key };
    if (item.wanted) return item;
    const problem = definition.wants(record) ? skippedFor(definition, record) : undefined;
    if (problem) {
      tellSkipped(definition, record, problem, logger);
      return { ...item, wanted: true, passed: true };
    }
    return { ...item, wanted: true, fault: { error: new UnwantedRecordError(definition.name, record.type) } };
  }

  private policyFor(code: string, error?: unknown): RetryPolicy | undefined {
    if (code === UNWANTED) return unwantedPolicy;
    const { retryFor, unknown = 'stop' } = this.options.definition;
    const chosen = retryFor?.(code, error);
    if (chosen) return chosen;
    if (code === LOCKED) return keyPolicy;
    return code === UNKNOWN && unknown === 'stop' ? deployPolicy : undefined;
  }

  private set(
    { record, key }: { readonly record: RecordToPark; readonly key: string },
    reason: string,
    attempts: number,
    delayMs: number | undefined,
  ): SetAside {
    const { parking, logger } = this.options;
    const { subscription, progress } = this.session;
    return {
      write: () => {
        this.fill();
        return parking.setAside(subscription, keyed(record, key), { attempts, reason, delayMs });
      },
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
        const labels = { subscription: subscription.name, reason: codeOfReason(reason) };
        if (delayMs !== undefined) {
          meter()?.add(storeMetrics.recordRetries, labels);
          this.lookWithin(delayMs);
          return logger.warn(`Subscription ${subscription.name} tries a record again later.`, { ...fields, delayMs });
        }
        progress.parked += 1;
        meter()?.add(storeMetrics.recordsParked, labels);
        logger.error(`Subscription ${subscription.name} has parked a record; its key waits behind it.`, fields);
      },
    };
  }

  /** Not beside a unit of work that may be about to set something aside. */
  private lookWhetherEmpty(): Promise<void> {
    return this.session.inTurn(async () => {
      this.isEmpty = await this.options.parking.isEmpty(this.session.subscription);
    });
  }

  /** Before something is set aside, whether or not it will be committed. */
  private fill(): void {
    if (!this.isEmpty) return;
    this.isEmpty = false;
    this.lookAt = this.now() + this.pollMs;
  }

  private now(): number {
    return this.options.clock.now().getTime();
  }
}

function keyed({ position, id, type }: RecordToPark, key: string): RecordToPark {
  return { position, id, type, key };
}
