// The same place of a topic may hold another message one day: both are kept.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { unreadableMessagesPlace } from '../schema/unreadable-messages-place.alter.sql.js';

export class UnreadableByContent1763856000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(unreadableMessagesPlace);
  }

  /** Fails where two messages of one place are kept: discard nothing, but move one of them away first. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE event_store.unreadable_messages
        DROP CONSTRAINT unreadable_messages_place_unique,
        DROP COLUMN content,
        ADD CONSTRAINT unreadable_messages_place_unique UNIQUE (topic, partition, "offset")`);
  }
}
