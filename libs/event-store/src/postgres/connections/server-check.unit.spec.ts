import { describe, expect, it } from 'vitest';
import type { PostgresDatabase } from './database.js';
import { checkServer } from './server-check.js';

const sound = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  isolation: 'read committed',
  max_prepared_transactions: 0,
  place: 'orders',
  in_recovery: false,
};

/** A server that answers with `facts`, to the pool as to the DataSource. */
function server(facts: Partial<typeof sound>): PostgresDatabase {
  const rows = [{ ...sound, ...facts, last: 5n, newest: 5n }];
  return {
    queryOutside: () => Promise.resolve({ rows }),
    dataSource: { query: () => Promise.resolve(rows) },
  } as unknown as PostgresDatabase;
}

describe('checkServer', () => {
  it('has nothing to say about a sound server', async () => {
    expect(await checkServer(server({}))).toEqual([]);
    expect(await checkServer(server({ synchronous_commit: 'remote_apply' }))).toEqual([]);
  });

  it.each([
    [{ fsync: 'off' }, 'fsync=off'],
    [{ full_page_writes: 'off' }, 'full_page_writes=off'],
    [{ in_recovery: true }, 'connect to the primary'],
    [{ synchronous_commit: 'local' }, 'synchronous_commit=local'],
    [{ isolation: 'serializable' }, 'default_transaction_isolation=serializable'],
  ])('refuses a server with %o', async (facts, sentence) => {
    await expect(checkServer(server(facts))).rejects.toThrow(sentence);
  });

  it('warns of prepared transactions', async () => {
    expect(await checkServer(server({ max_prepared_transactions: 10 }))).toMatchObject([
      { setting: 'max_prepared_transactions' },
    ]);
  });
});
