// Commands that were decided, stored in the transaction of the decision and sent from here.
import { currentTransaction } from '../core/index.js';
import type { OutgoingCommand, OutgoingLog } from '../processes/index.js';
import type { PostgresDatabase } from './database.js';
import type { Waking } from './waking.js';

export class PostgresOutgoingLog implements OutgoingLog {
  constructor(
    private readonly database: PostgresDatabase,
    private readonly waking?: Waking,
  ) {}

  async append(commands: readonly OutgoingCommand[]): Promise<void> {
    if (commands.length === 0) return;
    // What is stored already draws no position: each one drawn in vain is a gap that readers have to clear up.
    await this.database.query({
      name: 'outgoing-append',
      text: `INSERT INTO event_store.outgoing_commands (id, key, type, data, metadata)
             SELECT c.id, c.key, c.type, c.data, c.metadata
               FROM ROWS FROM (jsonb_to_recordset($1) AS (id uuid, key text, type text, data jsonb, metadata jsonb))
                    WITH ORDINALITY AS c (id, key, type, data, metadata, place)
              WHERE NOT EXISTS (SELECT 1 FROM event_store.outgoing_commands known WHERE known.id = c.id)
              ORDER BY place
             ON CONFLICT (id) DO NOTHING`,
      values: [JSON.stringify(commands)],
    });
    const signal = () => this.waking?.signal('outgoing');
    const transaction = currentTransaction();
    if (transaction) transaction.onCommit(signal);
    else signal();
  }
}
