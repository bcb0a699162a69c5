// The `postgres` broker under fire: its database refuses everybody while those of the services stay open.
import { PostgresBroker } from '../../libs/event-store/src/postgres/index.js';
import { withClient } from '../../tools/postgres/index.js';
import type { System } from '../../tools/system/system.js';
import { placeName, type BrokerUnderFire } from './broker-under-fire.js';
import { closeDatabase, openDatabase } from './databases.js';

export function busUnderFire({ postgres, databaseUrl }: System): BrokerUnderFire {
  const url = databaseUrl('bus');
  const client = new PostgresBroker({ connection: { url, applicationName: 'under fire', poolSize: 1 } });
  return {
    name: 'postgres',
    down: () => closeDatabase(postgres, 'bus'),
    up: () => openDatabase(postgres, 'bus'),
    /** Headers lie there as JSON: what are no UTF-8 bytes becomes what a decoder makes of them. */
    put: ({ topic, partition, key, headers, value }) =>
      withClient(url, async (sql) => {
        const texts = Object.entries(headers).map(([name, text]) => [name, text.toString('utf8')]);
        const { rows } = await sql.query<{ offset: string }>(
          `INSERT INTO bus.messages (topic, partition, key, headers, value) VALUES ($1, $2, $3, $4, $5) RETURNING position::text AS offset`,
          [topic, partition, key, JSON.stringify(Object.fromEntries(texts)), value],
        );
        return placeName({ topic, partition, offset: rows[0]!.offset });
      }),
    forgetGroup: (group) =>
      withClient(
        url,
        async (sql) => void (await sql.query(`DELETE FROM bus.consumers WHERE group_name = $1`, [group])),
      ),
    giveUpMembers: (group) =>
      withClient(url, async (sql) => {
        await sql.query(`DELETE FROM bus.members WHERE group_name = $1`, [group]);
        await sql.query(
          `UPDATE bus.consumers SET leased_until = clock_timestamp() - interval '1 second' WHERE group_name = $1 AND lease_owner IS NOT NULL`,
          [group],
        );
      }),
    client,
    close: () => client.close(),
  };
}
