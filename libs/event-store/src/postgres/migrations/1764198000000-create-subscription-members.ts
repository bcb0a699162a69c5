// Who shares the segments of which subscription.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { subscriptionMembersTable } from '../schema/subscription-members.table.sql.js';

export class CreateSubscriptionMembers1764198000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(subscriptionMembersTable);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_store.subscription_members');
  }
}
