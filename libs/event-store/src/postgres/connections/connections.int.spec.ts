import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { onDuty, UnavailableError, type Duty } from '../../core/index.js';
import { SUBSCRIPTION_POOL_SIZE } from './connections.js';
import { PostgresDatabase } from './database.js';
import { PostgresUnitOfWork } from './unit-of-work.js';

describe('the connections of a process', { timeout: 60_000 }, () => {
  let opened: TestStore;
  let database: PostgresDatabase;
  let unitOfWork: PostgresUnitOfWork;

  beforeAll(async () => {
    opened = await openTestStore({ connectTimeoutMs: 500 });
    const { url, dataSource } = opened;
    const options = { url, applicationName: 'divided', dataSource, connectTimeoutMs: 500, divided: true };
    database = new PostgresDatabase(options);
    await database.checkServer();
    unitOfWork = new PostgresUnitOfWork(database);
  });
  afterAll(async () => {
    await database.close();
    await opened.close();
  });

  const unit = (duty: Duty) => onDuty(duty, () => unitOfWork.run(() => database.query({ text: 'SELECT 1 AS one' })));

  it('for handlers are used up by handlers that hang; subscriptions and requests have theirs, and single statements go on', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let hanging = 0;
    const handlers = Array.from({ length: SUBSCRIPTION_POOL_SIZE }, () =>
      onDuty('handlers', () =>
        unitOfWork.run(async () => {
          hanging += 1;
          await gate;
        }),
      ),
    );
    await eventually(() => expect(hanging).toBe(SUBSCRIPTION_POOL_SIZE));
    for (const duty of ['subscriptions', 'requests', 'health'] as const)
      expect((await unit(duty)).rows).toEqual([{ one: 1 }]);
    expect((await onDuty('handlers', () => database.query({ text: 'SELECT 1 AS one' }))).rows).toEqual([{ one: 1 }]);
    await expect(unit('handlers')).rejects.toBeInstanceOf(UnavailableError);
    release();
    await Promise.all(handlers);
    expect((await unit('handlers')).rows).toEqual([{ one: 1 }]);
  });
});
