// What is parked and not mirrored yet. The mark is a column of the parked record itself, so it goes with it, and parking it again takes it away.
import type { ClaimedLetter, DeadLetterStore } from '../../messaging/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { parkedOf, type ParkedRow } from './parking-store.js';
import { claimParked } from './claim-parked.sql.js';
import { claimUnreadable } from './claim-unreadable.sql.js';
import { markParkedMirrored, markUnreadableMirrored } from './mark-mirrored.sql.js';

interface Claim {
  readonly claim: number;
}

interface UnreadableRow {
  readonly id: bigint;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly headers: Record<string, string>;
  readonly value: Buffer | null;
  readonly reason_code: string;
  readonly detail: string;
  readonly received_at: Date;
}

const WAITING = `
SELECT (SELECT count(*) FROM event_store.parked_messages WHERE status = 'parked' AND mirrored_at IS NULL)::int
     + (SELECT count(*) FROM event_store.unreadable_messages WHERE resolution IS NULL AND mirrored_at IS NULL)::int AS waiting`;

export class PostgresDeadLetterStore implements DeadLetterStore {
  constructor(private readonly database: PostgresDatabase) {}

  async claim(limit: number, claimMs: number): Promise<ClaimedLetter[]> {
    const parked = await this.take<ParkedRow>('dead-letters-parked', claimParked, [limit, claimMs]);
    const left = limit - parked.length;
    const unreadable =
      left === 0 ? [] : await this.take<UnreadableRow>('dead-letters-unreadable', claimUnreadable, [left, claimMs]);
    return [
      ...parked.map((row) => ({ letter: { kind: 'record' as const, message: parkedOf(row) }, claim: row.claim })),
      ...unreadable.map((row) => ({ letter: unreadableOf(row), claim: row.claim })),
    ];
  }

  async mirrored(letters: readonly ClaimedLetter[]): Promise<void> {
    const records = letters.flatMap(({ letter, claim }) => {
      if (letter.kind === 'unreadable') return [];
      const { name, log, position } = letter.message;
      return [{ subscription: name, log, position: String(position), claim }];
    });
    const unreadable = letters.flatMap(({ letter, claim }) =>
      letter.kind === 'unreadable' ? [{ id: String(letter.id), claim }] : [],
    );
    if (records.length > 0) await this.mark(markParkedMirrored, records);
    if (unreadable.length > 0) await this.mark(markUnreadableMirrored, unreadable);
  }

  async waiting(): Promise<number> {
    const { rows } = await this.database.query<{ waiting: number }>({ name: 'dead-letters-waiting', text: WAITING });
    return rows[0]!.waiting;
  }

  private async take<Row extends object>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly (Row & Claim)[]> {
    return (await this.database.query<Row & Claim>({ name, text, values: [...values] })).rows;
  }

  private async mark(text: string, rows: readonly object[]): Promise<void> {
    await this.database.query({ text, values: [JSON.stringify(rows)] });
  }
}

function unreadableOf(row: UnreadableRow): ClaimedLetter['letter'] {
  const { id, topic, partition, offset, key, headers, value, reason_code: reasonCode, detail, received_at } = row;
  const message = { message: { topic, partition, offset, key, headers, value }, reasonCode, detail };
  return { kind: 'unreadable', id, message, receivedAt: received_at };
}
