// Up to which position the bus is final. Positions are drawn before commit here as in every log, so the same settled reader is asked.
import { messageOf, type LogCursor, type LogName, type SettledLog } from '../../core/index.js';
import type { LogTable } from '../log/log-table.js';

/** Not one of a service's own logs: it lives in another database and is named only in errors and wake-up calls. */
export const BUS_LOG = 'bus' as LogName;

/** Only positions are read this way; consumers fetch the messages of their partitions up to the settled one. */
export const busTable: LogTable = {
  name: BUS_LOG,
  table: 'bus.messages',
  epochs: 'bus.log_epochs',
  columns: {
    id: 'position',
    key: 'topic',
    version: '0',
    type: `''`,
    schemaVersion: '1',
    data: `'{}'::jsonb`,
    metadata: `'{}'::jsonb`,
    time: 'published_at',
  },
};

const PORTION = 1_000;

/** One per process: all consumers stand on the same mark. */
export class SettledMark {
  private cursor: LogCursor | undefined;
  private advancing: Promise<bigint> | undefined;
  private trouble: string | undefined;

  constructor(private readonly log: SettledLog) {}

  get position(): bigint {
    return this.cursor?.position ?? 0n;
  }

  /** Why it could not be moved on when that was last tried, in a sentence; undefined when it could. */
  get failure(): string | undefined {
    return this.trouble;
  }

  /** Nothing can appear at or below the position returned. @throws UnavailableError and what {@link SettledLog.read} throws. */
  advance(): Promise<bigint> {
    this.advancing ??= this.attempt().finally(() => (this.advancing = undefined));
    return this.advancing;
  }

  private async attempt(): Promise<bigint> {
    try {
      const position = await this.read();
      this.trouble = undefined;
      return position;
    } catch (error) {
      this.trouble = messageOf(error);
      throw error;
    }
  }

  private async read(): Promise<bigint> {
    let cursor = this.cursor ?? (await this.log.head());
    for (;;) {
      const records = await this.log.read(cursor, PORTION);
      const last = records.at(-1);
      if (last) cursor = { ...cursor, position: last.position };
      this.cursor = cursor; // the position of a row that is committed: true whatever becomes of the connection
      if (records.length < PORTION) return cursor.position;
    }
  }
}
