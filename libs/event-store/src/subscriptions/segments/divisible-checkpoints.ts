// Checkpoints of subscriptions whose number of segments may change from build to build. Whoever asks for the lease of a segment finds the segments of
// its own build in place, or puts them there once nobody works on the former ones. Two builds never work on one subscription in two divisions.
import type {
  CheckpointStore,
  Lease,
  LogCursor,
  LogName,
  ParkedMessage,
  ParkingStore,
  SubscriptionControl,
  SubscriptionKey,
  SubscriptionStatus,
  UnitOfWork,
} from '../../core/index.js';
import type { Logger } from '../logger.js';
import { segmentNames, segmentOf, splitSegmentName } from './segments.js';

export interface DivisibleCheckpointsOptions {
  readonly checkpoints: CheckpointStore;
  readonly control: SubscriptionControl;
  readonly parking: ParkingStore;
  readonly unitOfWork: UnitOfWork;
  readonly logger: Logger;
  /** The segments of this build, or the whole where there is one, of all subscriptions that may be divided anew. */
  readonly segments: readonly SubscriptionKey[];
}

/** Who pauses the segments of a former division, for good: until their number is the wanted one again. */
const DIVISION = 'division';

/** Whether another number of segments has taken over: its checkpoint is kept as a record, and nobody works on it. */
export function isHandedOver({ paused }: Pick<SubscriptionStatus, 'paused'>): boolean {
  return paused?.by === DIVISION;
}

/** Somebody works on a former segment, or an operator keeps everybody from it. */
class StillInUse extends Error {}

/**
 * New segments begin at the lowest checkpoint of the former ones, so some records are handled again. What is set aside moves along, in order: a key
 * that is held back stays so.
 */
export function divisibleCheckpoints(options: DivisibleCheckpointsOptions): CheckpointStore {
  const { checkpoints, segments } = options;
  const divisible = new Set(segments.map(keyText));
  return {
    async acquire(key, owner, ttlMs, initial) {
      if (divisible.has(keyText(key)) && !(await isInPlace(key, { owner, ttlMs }, options))) return undefined;
      return checkpoints.acquire(key, owner, ttlMs, initial);
    },
    renew: (lease, ttlMs) => checkpoints.renew(lease, ttlMs),
    release: (lease) => checkpoints.release(lease),
    save: (lease, position) => checkpoints.save(lease, position),
    list: () => checkpoints.list(),
    positions: (log, names) => checkpoints.positions(log, names),
  };
}

interface Taker {
  readonly owner: string;
  readonly ttlMs: number;
}

interface Division {
  readonly log: LogName;
  /** Names of the segments that shall be, in their order. */
  readonly wanted: readonly string[];
  /** What work is done on until then, in the order in which everybody takes the leases. */
  readonly inUse: readonly SubscriptionStatus[];
}

async function isInPlace(key: SubscriptionKey, taker: Taker, options: DivisibleCheckpointsOptions): Promise<boolean> {
  const { checkpoints, unitOfWork, logger } = options;
  const { projection: whole, segments } = splitSegmentName(key.name);
  const wanted = segmentNames(whole, segments);
  const all = (await checkpoints.list()).filter(
    ({ name, log }) => log === key.log && splitSegmentName(name).projection === whole,
  );
  const inUse = all.filter((one) => !isHandedOver(one));
  if (inUse.every(({ name }) => wanted.includes(name))) return true;
  if (inUse.some(({ paused }) => paused !== undefined)) return false;
  try {
    const from = await unitOfWork.run(() => divide({ log: key.log, wanted, inUse }, taker, options));
    logger.info(`${whole}: ${segments} segments take over at position ${from.position}.`);
    return true;
  } catch (error) {
    if (error instanceof StillInUse) return false;
    throw error;
  }
}

/** In one unit of work. Returns where the segments begin. */
async function divide(
  { log, wanted, inUse }: Division,
  taker: Taker,
  { checkpoints, control, parking }: DivisibleCheckpointsOptions,
): Promise<LogCursor> {
  const take = async (name: string, initial: () => Promise<LogCursor>): Promise<Lease> => {
    const lease = await checkpoints.acquire({ name, log }, taker.owner, taker.ttlMs, initial);
    if (!lease) throw new StillInUse();
    return lease;
  };
  const from = lowest(await inOrder(inUse, ({ name, cursor }) => take(name, () => Promise.resolve(cursor))));
  const aside = (await inOrder(inUse, ({ name }) => parking.takeOut({ name, log }))).flat();
  for (const { name } of inUse) {
    const reason = `another build has ${wanted.length} of them`;
    if (!wanted.includes(name)) await control.pause({ name, log }, { by: DIVISION, reason });
  }
  for (const name of wanted) {
    await control.resume({ name, log });
    const lease = await take(name, () => Promise.resolve(from));
    await control.restart(lease, from);
    await checkpoints.release(lease);
  }
  for (const message of aside) {
    const index = wanted.length > 1 ? segmentOf(message.key, wanted.length) : 0;
    await putAside({ name: wanted[index]!, log }, message, parking);
  }
  return from;
}

/** As it was, but for its next attempt, which is due now. */
async function putAside(segment: SubscriptionKey, message: ParkedMessage, parking: ParkingStore): Promise<void> {
  const { status, attempts, reason, messageId: id } = message;
  const record = { ...message, id };
  if (status === 'behind') return parking.queueBehind(segment, record);
  return parking.setAside(segment, record, { attempts, reason, delayMs: status === 'parked' ? undefined : 0 });
}

function lowest(leases: readonly Lease[]): LogCursor {
  return leases.map(({ cursor }) => cursor).reduce((low, one) => (one.position < low.position ? one : low));
}

async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function keyText({ name, log }: SubscriptionKey): string {
  return `${log}/${name}`;
}
