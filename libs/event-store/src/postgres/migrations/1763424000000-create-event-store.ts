// The first schema of the event store. Migrations are append-only: a change is a new file beside this one.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ConfigurationError } from '../../core/index.js';
import { commandsTable } from '../schema/commands.table.sql.js';
import { eventsImmutableTrigger } from '../schema/events-immutable.trigger.sql.js';
import { eventsTable } from '../schema/events.table.sql.js';
import { inboundMessagesTable } from '../schema/inbound-messages.table.sql.js';
import { logEpochsTable } from '../schema/log-epochs.table.sql.js';
import { outgoingCommandsTable } from '../schema/outgoing-commands.table.sql.js';
import { parkedMessagesHeadsIndex } from '../schema/parked-messages-heads.index.sql.js';
import { parkedMessagesTable } from '../schema/parked-messages.table.sql.js';
import { refuseChangeFunction } from '../schema/refuse-change.function.sql.js';
import { subscriptionsTable } from '../schema/subscriptions.table.sql.js';
import { unreadableMessagesTable } from '../schema/unreadable-messages.table.sql.js';

export class CreateEventStore1763424000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA event_store');
    for (const statement of [
      eventsTable,
      refuseChangeFunction,
      eventsImmutableTrigger,
      commandsTable,
      subscriptionsTable,
      parkedMessagesTable,
      parkedMessagesHeadsIndex,
      inboundMessagesTable,
      unreadableMessagesTable,
      outgoingCommandsTable,
      logEpochsTable,
    ]) {
      await runner.query(statement);
    }
  }

  /** @throws ConfigurationError when there is history to lose. */
  async down(runner: QueryRunner): Promise<void> {
    const events = (await runner.query('SELECT 1 FROM event_store.events LIMIT 1')) as unknown[];
    if (events.length > 0) {
      throw new ConfigurationError(
        'Reverting the first migration would delete every event. Drop the schema event_store by hand if you mean it.',
      );
    }
    await runner.query('DROP SCHEMA event_store CASCADE');
  }
}
