import { describe, expect, it } from 'vitest';
import { dataSourceConnection, poolConfig } from './connection-options.js';

const options = {
  url: 'postgres://u:p@localhost:5432/orders?options=-c%20geqo%3Doff&sslmode=disable',
  applicationName: 'order-service',
};

describe('a session of the event store', () => {
  it('commits durably, reads committed and waits for nothing without end, from the pool and from TypeORM alike', () => {
    const pool = poolConfig({ ...options, statementTimeoutMs: 1_234 });
    const dataSource = dataSourceConnection({ ...options, statementTimeoutMs: 1_234 });
    expect(pool.options).toBe(dataSource.extra.options);
    expect(pool.options).toContain('-c synchronous_commit=on');
    expect(pool.options).toContain('-c statement_timeout=1234');
    expect(pool.options).toContain('-c idle_in_transaction_session_timeout=60000');
    expect(pool.options).toContain('-c lock_timeout=10000');
    expect(dataSource).toMatchObject({ applicationName: 'order-service', poolSize: 10, connectTimeoutMS: 10_000 });
  });

  it('gives the server time to say that it cancelled a statement, then waits no longer; unless statements may take for ever', () => {
    for (const [statementTimeoutMs, query_timeout] of [
      [undefined, 35_000],
      [1_000, 6_000],
      [0, undefined],
    ]) {
      expect(poolConfig({ ...options, statementTimeoutMs }).query_timeout).toBe(query_timeout);
      expect(dataSourceConnection({ ...options, statementTimeoutMs }).extra.query_timeout).toBe(query_timeout);
    }
  });

  it('keeps the options of the URL, which the driver would let replace ours', () => {
    expect(poolConfig(options).options).toMatch(/^-c geqo=off -c /);
    expect(poolConfig(options).connectionString).toBe('postgres://u:p@localhost:5432/orders?sslmode=disable');
  });

  it('may wait for a synchronous standby to apply a commit', () => {
    expect(poolConfig({ ...options, synchronousCommit: 'remote_apply' }).options).toContain(
      '-c synchronous_commit=remote_apply',
    );
  });
});
