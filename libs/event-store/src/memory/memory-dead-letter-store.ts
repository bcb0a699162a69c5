// What is parked and not mirrored yet, in memory.
import type { Clock } from '../core/index.js';
import type { ClaimedLetter, DeadLetter, DeadLetterStore } from '../messaging/index.js';
import type { MemoryDatabase } from './memory-database.js';
import { parkedKeyText } from './memory-parking-store.js';
import { storedUnreadable } from './memory-unreadable.js';

export class MemoryDeadLetterStore implements DeadLetterStore {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {}

  async claim(limit: number, claimMs: number): Promise<ClaimedLetter[]> {
    const { mirrors } = this.database;
    const now = this.clock.now().getTime();
    return this.database.transact((transaction) => {
      const free = this.unmirrored().filter(({ until }) => until === undefined || until <= now);
      return free.slice(0, limit).map(({ letter, place, row, claims }) => {
        mirrors.set(transaction, place, { row, claims: claims + 1, until: now + claimMs, isMirrored: false });
        return { letter, claim: claims + 1 };
      });
    });
  }

  async mirrored(letters: readonly ClaimedLetter[]): Promise<void> {
    const { mirrors } = this.database;
    this.database.transact((transaction) => {
      for (const { letter, place, row, claims, until } of this.unmirrored()) {
        const mine = letters.find((one) => placeOf(one.letter) === placeOf(letter));
        if (mine?.claim === claims && until !== undefined)
          mirrors.set(transaction, place, { row, claims, until, isMirrored: true });
      }
    });
  }

  async waiting(): Promise<number> {
    return this.unmirrored().length;
  }

  /** Whether any of those that wait was ever claimed. */
  async hasBegun(): Promise<boolean> {
    return this.unmirrored().some(({ until }) => until !== undefined);
  }

  /** A row that was written anew, because its message was parked again, is another row: only the count of its claims goes on. */
  private unmirrored() {
    return this.deadLetters()
      .map(({ letter, row }) => {
        const place = placeOf(letter);
        const mirror = this.database.mirrors.get(this.database.transaction(), place);
        const isSame = mirror?.row === row;
        const until = isSame ? mirror.until : undefined;
        return { letter, place, row, claims: mirror?.claims ?? 0, until, isMirrored: isSame && mirror.isMirrored };
      })
      .filter(({ isMirrored }) => !isMirrored);
  }

  private deadLetters(): { readonly letter: DeadLetter; readonly row: object }[] {
    const parked = this.database.parked
      .all(this.database.transaction())
      .filter(({ status }) => status === 'parked')
      .sort((a, b) => a.parkedAt.getTime() - b.parkedAt.getTime() || Number(a.position - b.position));
    const unreadable = storedUnreadable(this.database).filter(({ resolution }) => resolution === undefined);
    return [
      ...parked.map((message) => ({ letter: { kind: 'record' as const, message }, row: message })),
      ...unreadable.map(({ id, receivedAt, message, reasonCode, detail }) => ({
        letter: { kind: 'unreadable' as const, id, receivedAt, message: { message, reasonCode, detail } },
        row: message,
      })),
    ];
  }
}

function placeOf(letter: DeadLetter): string {
  return letter.kind === 'record' ? parkedKeyText(letter.message, letter.message.position) : `unreadable/${letter.id}`;
}
