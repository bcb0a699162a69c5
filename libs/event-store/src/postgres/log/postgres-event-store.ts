// The event store on PostgreSQL.
import type {
  AppendRequest,
  AppendResult,
  CommandKey,
  CommandOutcome,
  EventPlaces,
  EventStore,
  ReadStreamOptions,
  RecordedDecision,
  ReplayedEvent,
  StoredEvent,
} from '../../core/index.js';
import { Appender, type AppenderOptions } from '../append/appender.js';
import { decisionsOf, findCommand, recordCommand } from '../stores/commands.js';
import type { PostgresDatabase } from '../connections/database.js';
import { eventVersion, readStream, replayStream, streamVersion } from './streams.js';

export type PostgresEventStoreOptions = AppenderOptions;

export class PostgresEventStore implements EventStore, EventPlaces {
  private readonly database: PostgresDatabase;
  private readonly appender: Appender;

  constructor(options: PostgresEventStoreOptions) {
    this.database = options.database;
    this.appender = new Appender(options);
  }

  append(request: AppendRequest): Promise<AppendResult> {
    return this.appender.append(request);
  }

  readStream(stream: string, options?: ReadStreamOptions): Promise<StoredEvent[]> {
    return readStream(this.database, stream, options);
  }

  replay(stream: string, options?: ReadStreamOptions): AsyncIterable<readonly ReplayedEvent[]> {
    return replayStream(this.database, stream, options);
  }

  streamVersion(stream: string): Promise<number> {
    return streamVersion(this.database, stream);
  }

  versionOf(stream: string, eventId: string): Promise<number | undefined> {
    return eventVersion(this.database, stream, eventId);
  }

  findCommand(command: CommandKey): Promise<CommandOutcome | undefined> {
    return findCommand(this.database, command);
  }

  decisionsOf(commandId: string): Promise<readonly RecordedDecision[]> {
    return decisionsOf(this.database, commandId);
  }

  recordCommand(
    command: CommandKey,
    outcome: Exclude<CommandOutcome, { outcome: 'accepted' }>,
  ): Promise<CommandOutcome> {
    return recordCommand(this.database, command, outcome);
  }
}
