// The events as subscriptions read them: with their personal fields opened.
import type { HeldBack, LogCursor, LogName, LogPage, LogRecord, SettledLog } from '../core/index.js';
import type { PersonalDataVault } from './vault.js';

export class PersonalLog implements SettledLog {
  constructor(
    private readonly log: SettledLog,
    private readonly vault: PersonalDataVault,
  ) {}

  get name(): LogName {
    return this.log.name;
  }

  beginning(): Promise<LogCursor> {
    return this.log.beginning();
  }

  head(): Promise<LogCursor> {
    return this.log.head();
  }

  get encrypted(): SettledLog {
    return this.log;
  }

  decrypted(records: readonly LogRecord[]): Promise<readonly LogRecord[]> {
    return this.vault.openEach(records, ({ key }) => key);
  }

  async read(after: LogCursor, limit: number): Promise<readonly LogRecord[]> {
    return this.decrypted(await this.log.read(after, limit));
  }

  async readPage(after: LogCursor, limit: number): Promise<LogPage> {
    const { records, isEnd } = await this.log.readPage(after, limit);
    return { records: await this.decrypted(records), isEnd };
  }

  async readAt(position: bigint): Promise<LogRecord | undefined> {
    const record = await this.log.readAt(position);
    return record && (await this.vault.openEach([record], ({ key }) => key))[0];
  }

  changed(maxWaitMs: number, signal: AbortSignal): Promise<void> {
    return this.log.changed(maxWaitMs, signal);
  }

  heldBack(): Promise<HeldBack | undefined> {
    return this.log.heldBack();
  }
}
