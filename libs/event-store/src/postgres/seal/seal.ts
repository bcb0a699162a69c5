// A seal: the hash of a batch of rows and of the seal before it. Pure; made and verified by the same few lines.
import { createHash } from 'node:crypto';
import { positionOf, rowHash, type CanonicalRow } from './canonical-row.js';
import { macOf, type SealKey } from './seal-key.js';

export interface Seal {
  /** 1, 2, 3 … without a gap. */
  readonly number: bigint;
  /** First position it covers, whether there is a row or not: one above the end of the seal before. */
  readonly fromPosition: bigint;
  /** Last position it covers. */
  readonly toPosition: bigint;
  readonly events: number;
  /** 16 bytes for each event: its position, and the first 8 bytes of its hash. */
  readonly digests: Buffer;
  readonly hash: Buffer;
  readonly keyId: string;
  readonly mac: Buffer;
}

/** Where the chain is: what the next seal begins with. */
export type ChainEnd = Pick<Seal, 'number' | 'toPosition' | 'hash'>;

/** Before the first seal. */
export const chainStart: ChainEnd = { number: 0n, toPosition: 0n, hash: Buffer.alloc(32) };

export const DIGEST_BYTES = 16;
const LABEL = 'event-store seal 1';

/** Takes the rows in the order of their positions, or their hashes: a seal of large events needs no memory for them. */
export class SealBuilder {
  private readonly hashes: Buffer[] = [];
  private readonly entries: Buffer[] = [];

  add(row: CanonicalRow): void {
    this.addHash(positionOf(row), rowHash(row));
  }

  /** Of a row that was hashed elsewhere. */
  addHash(position: bigint, hash: Buffer): void {
    const entry = Buffer.alloc(DIGEST_BYTES);
    entry.writeBigInt64BE(position);
    hash.copy(entry, 8, 0, 8);
    this.hashes.push(hash);
    this.entries.push(entry);
  }

  get events(): number {
    return this.hashes.length;
  }

  get digests(): Buffer {
    return Buffer.concat(this.entries);
  }

  /** Of the seal before, the place in the chain, and every row. */
  hash(before: Pick<Seal, 'hash'>, { number, fromPosition, toPosition }: Place): Buffer {
    const place = Buffer.alloc(28);
    place.writeBigInt64BE(number, 0);
    place.writeBigInt64BE(fromPosition, 8);
    place.writeBigInt64BE(toPosition, 16);
    place.writeUInt32BE(this.events, 24);
    const hash = createHash('sha256').update(LABEL).update(before.hash).update(place);
    for (const one of this.hashes) hash.update(one);
    return hash.digest();
  }

  /** Of all rows that were added. */
  seal(before: ChainEnd, toPosition: bigint, key: SealKey): Seal {
    const place = { number: before.number + 1n, fromPosition: before.toPosition + 1n, toPosition };
    const hash = this.hash(before, place);
    return { ...place, events: this.events, digests: this.digests, hash, keyId: key.id, mac: macOf(key, hash) };
  }
}

type Place = Pick<Seal, 'number' | 'fromPosition' | 'toPosition'>;
