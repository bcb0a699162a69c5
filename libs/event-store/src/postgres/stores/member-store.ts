// Who shares a subscription's segments, on the database's clock.
import type { MemberStore, SubscriptionKey } from '../../core/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { announceMember } from './announce-member.sql.js';

export class PostgresMemberStore implements MemberStore {
  constructor(private readonly database: PostgresDatabase) {}

  async announce({ name, log }: SubscriptionKey, member: string, ttlMs: number): Promise<string[]> {
    const values = [name, log, member, ttlMs];
    const { rows } = await this.database.query<{ member: string }>({ ...announceMember, values });
    return [member, ...rows.map((row) => row.member)].sort();
  }

  async leave({ name, log }: SubscriptionKey, member: string): Promise<void> {
    await this.database.query({
      name: 'member-leave',
      text: 'DELETE FROM event_store.subscription_members WHERE name = $1 AND log = $2 AND member = $3',
      values: [name, log, member],
    });
  }
}
