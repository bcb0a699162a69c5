// Calls the functions of the database that change and record: the only way an operator's role has, and so the way of all.
import { currentTransaction, type LogName } from '../../core/index.js';
import type { InboundMessage } from '../../messaging/index.js';
import type { ProcessKey } from '../../processes/index.js';
import type { By, OperatorChanges, ParkedPlace, UnreadableChange } from '../../operations/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import type { Waking } from '../log/waking.js';

export class PostgresOperatorChanges implements OperatorChanges {
  /** `context` begins the names under which operations are recorded. */
  constructor(
    private readonly context: string,
    private readonly database: PostgresDatabase,
    private readonly waking: Waking,
  ) {}

  async parked(
    change: 'replay' | 'discard',
    places: readonly ParkedPlace[],
    { actor, reason }: By,
    ofProcess?: ProcessKey,
  ): Promise<ParkedPlace[]> {
    const records = places.map(({ name, log, position }) => ({ subscription: name, log, position: String(position) }));
    const process = ofProcess ? `${ofProcess.process}/${ofProcess.id}` : null;
    const { rows } = await this.database.query<{ subscription: string; log: LogName; position: bigint }>({
      text: 'SELECT subscription, log, position FROM event_store.operate_parked($1, $2, $3, $4, $5, $6)',
      values: [this.context, change, JSON.stringify(records), process, actor, reason],
    });
    return rows.map(({ subscription: name, log, position }) => ({ name, log, position }));
  }

  async unreadable(id: bigint, message: InboundMessage | undefined, { actor, reason }: By): Promise<UnreadableChange> {
    const outcome = await this.value<UnreadableChange>('operate_unreadable($1, $2, $3, $4, $5)', [
      this.context,
      id,
      message ? JSON.stringify(message) : null,
      actor,
      reason,
    ]);
    if (message && outcome === 'done') this.signalInbound();
    return outcome;
  }

  projection(change: 'pause' | 'resume', name: string, { actor, reason }: By): Promise<boolean> {
    return this.value<boolean>('operate_projection($1, $2, $3, $4, $5)', [this.context, change, name, actor, reason]);
  }

  async compensate({ process, id }: ProcessKey, { actor, reason }: By): Promise<string | undefined> {
    const values = [this.context, process, id, actor, reason];
    const signalId = await this.value<string | null>('operate_process($1, $2, $3, $4, $5)', values);
    if (signalId === null) return undefined;
    this.signalInbound();
    return signalId;
  }

  private async value<T>(call: string, values: unknown[]): Promise<T> {
    const text = `SELECT event_store.${call} AS value`;
    return (await this.database.query<{ value: T }>({ text, values })).rows[0]!.value;
  }

  private signalInbound(): void {
    const signal = () => this.waking.signal('inbound');
    const transaction = currentTransaction();
    if (transaction) transaction.onCommit(signal);
    else signal();
  }
}
