// What is parked can be mirrored to a dead-letter topic: each message once, until it is parked again.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { parkedMessagesMirror } from '../schema/parked-messages-mirror.alter.sql.js';
import { parkedMessagesUnmirroredIndex } from '../schema/parked-messages-unmirrored.index.sql.js';
import { unreadableMessagesMirror } from '../schema/unreadable-messages-mirror.alter.sql.js';
import { unreadableMessagesUnmirroredIndex } from '../schema/unreadable-messages-unmirrored.index.sql.js';

export class MirrorDeadLetters1764212400003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      parkedMessagesMirror,
      parkedMessagesUnmirroredIndex,
      unreadableMessagesMirror,
      unreadableMessagesUnmirroredIndex,
    ]) {
      await runner.query(statement);
    }
  }

  /** What was mirrored is mirrored again when the migration is run once more. */
  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['parked_messages', 'unreadable_messages']) {
      await runner.query(
        `ALTER TABLE event_store.${table} DROP COLUMN mirrored_at, DROP COLUMN mirror_claimed_until, DROP COLUMN mirror_claims`,
      );
    }
  }
}
