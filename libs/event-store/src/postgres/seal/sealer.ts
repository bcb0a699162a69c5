// Adds seals to the chain, and notices when the chain is not as it was left.
import { SealBrokenError, type Transaction } from '../../core/index.js';
import { isMacOf, type SealKeys } from './seal-key.js';
import { chainStart, SealBuilder, type Seal } from './seal.js';
import type { SealedLog } from './sealed-log.js';

export class Sealer {
  /** The last seal this process has made and knows to be committed. */
  private made: Seal | undefined;

  constructor(
    private readonly log: SealedLog,
    private readonly keys: SealKeys,
    /** Told of every seal once it is committed. */
    private readonly onSealed: (seal: Seal) => void = () => undefined,
  ) {}

  /**
   * Seals the settled events at these positions, ascending, in the open unit of work; those that are sealed already it leaves alone. They
   * are the next ones after the checkpoint, without one left out: an unsealed event before them had lost its seal.
   * @throws SealBrokenError seals are missing or changed, or of a key that was not given.
   */
  async seal(positions: readonly bigint[], transaction: Pick<Transaction, 'onCommit'>): Promise<void> {
    const head = await this.log.head();
    await this.check(head);
    const end = head ?? chainStart;
    const unsealed = positions.filter((position) => position > end.toPosition);
    if (unsealed.length === 0) return;
    const builder = new SealBuilder();
    for (const { position, hash } of await this.log.hashes(end.toPosition, unsealed.at(-1)!)) {
      const expected = unsealed[builder.events];
      if (position !== expected) throw new SealBrokenError(unlike(end.toPosition, expected, position));
      builder.addHash(position, hash);
    }
    if (builder.events < unsealed.length)
      throw new SealBrokenError(`event ${unsealed[builder.events]} was read a moment ago and is gone.`);
    const seal = builder.seal(end, unsealed.at(-1)!, this.keys[0]);
    await this.log.add(seal);
    transaction.onCommit(() => {
      this.made = seal;
      this.onSealed(seal);
    });
  }

  private async check(head: Seal | undefined): Promise<void> {
    const { made } = this;
    if (made) {
      const now = head?.number === made.number ? head : await this.log.seal(made.number);
      if (!now) throw new SealBrokenError(`seal ${made.number}, which this process has made, is gone.`);
      if (!now.hash.equals(made.hash)) throw new SealBrokenError(`seal ${made.number} was changed or replaced.`);
    }
    if (!head) return;
    const key = this.keys.find(({ id }) => id === head.keyId);
    if (!key) {
      const known = this.keys.map(({ id }) => id).join(', ');
      throw new SealBrokenError(`seal ${head.number} was made with key ${head.keyId}, and SEAL_KEY has ${known}.`);
    }
    if (!isMacOf(key, head.hash, head.mac))
      throw new SealBrokenError(`seal ${head.number} does not bear the mark of its key.`);
  }
}

function unlike(end: bigint, expected: bigint | undefined, came: bigint): string {
  if (expected !== undefined && expected < came) return `event ${expected} was read a moment ago and is gone.`;
  return `event ${came} lies behind the checkpoint and no seal covers it: the last seal ends at position ${end}.`;
}
