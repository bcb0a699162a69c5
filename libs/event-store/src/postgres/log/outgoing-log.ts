// Commands that were decided, stored in the transaction of the decision and sent from here.
import { currentTransaction } from '../../core/index.js';
import type { OutgoingCommand, OutgoingLog } from '../../processes/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { appendOutgoing } from './append-outgoing.sql.js';
import type { Waking } from './waking.js';

export class PostgresOutgoingLog implements OutgoingLog {
  constructor(
    private readonly database: PostgresDatabase,
    private readonly waking?: Waking,
  ) {}

  async append(commands: readonly OutgoingCommand[]): Promise<void> {
    if (commands.length === 0) return;
    await this.database.change({
      ...appendOutgoing,
      values: [JSON.stringify(commands)],
    });
    const signal = () => this.waking?.signal('outgoing');
    const transaction = currentTransaction();
    if (transaction) transaction.onCommit(signal);
    else signal();
  }
}
