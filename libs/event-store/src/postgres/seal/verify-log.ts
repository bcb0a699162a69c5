// Goes through the whole log as it is and says where it first differs from what was sealed. Reads only; needs the memory of one page.
import type { Anchor, BrokenRow, LogBreak, Verification, VerifyProgress } from '../../operations/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import type { CanonicalRow } from './canonical-row.js';
import { firstDifference } from './first-difference.js';
import { isMacOf, type SealKeys } from './seal-key.js';
import { SEAL_SUBSCRIPTION } from './seal-subscription.js';
import { chainStart, SealBuilder, type ChainEnd, type Seal } from './seal.js';
import { SealedLog } from './sealed-log.js';

const LOWEST = -(2n ** 63n);

export interface VerifyLogOptions {
  readonly keys: SealKeys;
  /** Of this context's log. */
  readonly anchors?: readonly Anchor[];
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** When it aborts, the verification rejects with its reason. */
  readonly signal?: AbortSignal;
}

export async function verifyLog(
  database: Pick<PostgresDatabase, 'query'>,
  { keys, anchors = [], onProgress, signal }: VerifyLogOptions,
): Promise<Verification> {
  const log = new SealedLog(database);
  const checkpoint = await log.checkpoint(SEAL_SUBSCRIPTION); // before the head: it moves with it
  const head = await log.head();
  let end: ChainEnd = chainStart;
  let events = 0;
  let compared = 0;
  const result = async (broken: LogBreak | undefined): Promise<Verification> => {
    const unsealed = await log.eventsAfter(head?.toPosition ?? 0n);
    return { broken, events, seals: end.number, position: end.toPosition, unsealed, anchors: compared };
  };

  for await (const seal of log.seals()) {
    signal?.throwIfAborted();
    const of = anchors.filter((anchor) => anchor.seal === seal.number); // where the chain was made anew there may be two
    const broken =
      brokenPlace(end, seal) ?? brokenMark(keys, seal) ?? of.map((anchor) => brokenAnchor(anchor, seal)).find(Boolean);
    if (broken) return result(broken);
    const difference = await compare(log, end, seal);
    if (difference) return result(difference);
    if (of.length > 0) compared += 1;
    events += seal.events;
    end = seal;
    onProgress?.({ position: seal.toPosition, of: head?.toPosition ?? 0n, events });
    if (head && seal.number >= head.number) break; // what is sealed meanwhile is verified the next time
  }
  return result(brokenEnd(end, checkpoint, anchors) ?? (await neverSealed(log, end)));
}

/** Numbers and positions follow each other without a gap. */
function brokenPlace(end: ChainEnd, seal: Seal): LogBreak | undefined {
  const missing = end.number + 1n;
  if (seal.number !== missing)
    return { kind: 'truncated', seal: missing, problem: `the next one that is there is ${seal.number}` };
  if (seal.fromPosition === end.toPosition + 1n) return undefined;
  return brokenSeal(seal, `begins at position ${seal.fromPosition}, expected ${end.toPosition + 1n}`);
}

function brokenMark(keys: SealKeys, seal: Seal): LogBreak | undefined {
  const key = keys.find(({ id }) => id === seal.keyId);
  if (!key)
    return brokenSeal(seal, `was made with key ${seal.keyId}, expected ${keys.map(({ id }) => id).join(' or ')}`);
  return isMacOf(key, seal.hash, seal.mac) ? undefined : brokenSeal(seal, 'does not bear the mark of its key');
}

function brokenAnchor(anchor: Anchor | undefined, seal: Seal): LogBreak | undefined {
  if (!anchor || anchor.hash === seal.hash.toString('hex')) return undefined;
  return brokenSeal(seal, 'is another one than the anchor says: the chain was made anew');
}

async function compare(log: SealedLog, end: ChainEnd, seal: Seal): Promise<LogBreak | undefined> {
  const builder = new SealBuilder();
  const rows = new Map<bigint, BrokenRow>();
  // The first one looks below the beginning, too, where no position is ever drawn.
  const from = end.number === 0n ? LOWEST : seal.fromPosition;
  for await (const row of log.rows(from, seal.toPosition)) {
    builder.add(row);
    const named = nameOf(row);
    rows.set(named.position, named);
  }
  if (builder.hash(end, seal).equals(seal.hash)) {
    // The list is only for naming rows, but a wrong one would name the wrong row some day.
    return builder.digests.equals(seal.digests)
      ? undefined
      : brokenSeal(seal, 'has another list of rows than it was made of');
  }
  const difference = firstDifference(seal.digests, builder.digests);
  if (!difference) return brokenSeal(seal, 'does not follow from the seal before it and the rows it covers');
  const { kind, position } = difference;
  const row = rows.get(position) ?? { position, stream: undefined, version: undefined, type: undefined };
  return { kind, row, seal: seal.number };
}

/** Seals cut off at the end leave a sound chain behind: what stands elsewhere has to tell. */
function brokenEnd(end: ChainEnd, checkpoint: bigint | undefined, anchors: readonly Anchor[]): LogBreak | undefined {
  const beyond = anchors.filter(({ seal }) => seal > end.number).sort((a, b) => Number(b.seal - a.seal))[0];
  if (beyond) {
    const problem = `the anchor knows seal ${beyond.seal}, up to position ${beyond.position}; the last one that is there is ${end.number}`;
    return { kind: 'truncated', seal: end.number + 1n, problem };
  }
  if (checkpoint === undefined || checkpoint <= end.toPosition) return undefined;
  const problem = `sealing had come to position ${checkpoint}, the last seal that is there ends at ${end.toPosition}`;
  return { kind: 'truncated', seal: end.number + 1n, problem };
}

async function neverSealed(log: SealedLog, end: ChainEnd): Promise<LogBreak | undefined> {
  if (end.number > 0n || (await log.eventsAfter(0n)) === 0) return undefined;
  return { kind: 'unsealed', problem: 'there are events and no seal' };
}

function brokenSeal({ number: seal, fromPosition, toPosition }: Seal, problem: string): LogBreak {
  return { kind: 'seal', seal, fromPosition, toPosition, problem };
}

function nameOf([position, , stream, version, type]: CanonicalRow): BrokenRow {
  const text = (value: string | null | undefined) => value ?? undefined;
  return {
    position: BigInt(position!),
    stream: text(stream),
    version: version === null ? undefined : Number(version),
    type: text(type),
  };
}
