// The inbox: each message of another context once, under its id, whatever the broker repeats; and aside those nobody can read.
import type { InboundLog, InboundMessage, UnreadableMessage } from '../../messaging/index.js';
import { currentTransaction } from '../../core/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { storeInbound } from './store-inbound.sql.js';
import type { Waking } from './waking.js';

type ListedUnreadable = Awaited<ReturnType<InboundLog['unreadable']>>[number];

export class PostgresInboundLog implements InboundLog {
  constructor(
    private readonly database: PostgresDatabase,
    private readonly waking?: Waking,
  ) {}

  async store(
    messages: readonly InboundMessage[],
    unreadable: readonly UnreadableMessage[],
  ): Promise<{ stored: number; duplicates: number; reused: readonly string[] }> {
    const { rows } = await this.database.query<{ stored: number }>({
      ...storeInbound,
      values: [JSON.stringify(messages), JSON.stringify(unreadable.map(asRow))],
    });
    const { stored } = rows[0]!;
    if (stored > 0) this.signal();
    const duplicates = messages.length - stored;
    return { stored, duplicates, reused: duplicates === 0 ? [] : await this.reusedIds(messages) };
  }

  async unreadable(): Promise<ListedUnreadable[]> {
    const { rows } = await this.database.query<ListedUnreadable>({
      text: `SELECT topic, partition, "offset", reason_code AS "reasonCode", detail, received_at AS "receivedAt"
               FROM event_store.unreadable_messages WHERE resolution IS NULL ORDER BY id DESC LIMIT 100`,
    });
    return rows;
  }

  /** A statement of its own: only it sees what a concurrent writer of the same id has stored. */
  private async reusedIds(messages: readonly InboundMessage[]): Promise<string[]> {
    const { rows } = await this.database.query<{ id: string; content_hash: string }>({
      name: 'inbound-hashes',
      text: 'SELECT id, content_hash FROM event_store.inbound_messages WHERE id = ANY($1)',
      values: [messages.map(({ id }) => id)],
    });
    const hashes = new Map(rows.map((row) => [row.id, row.content_hash]));
    return [...new Set(messages.filter(({ id, contentHash }) => hashes.get(id) !== contentHash).map(({ id }) => id))];
  }

  private signal(): void {
    const transaction = currentTransaction();
    if (transaction) transaction.onCommit(() => this.waking?.signal('inbound'));
    else this.waking?.signal('inbound');
  }
}

/** Text columns take no NUL, which a broker may well deliver; the value itself is kept byte for byte. */
function asRow({ message, reasonCode, detail }: UnreadableMessage) {
  const { topic, partition, offset, key, headers, value } = message;
  return {
    topic,
    partition,
    offset,
    key: key && printable(key),
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [printable(name), printable(text)])),
    value: value && value.toString('base64'),
    reason_code: reasonCode,
    detail: printable(detail),
  };
}

function printable(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}');
}
