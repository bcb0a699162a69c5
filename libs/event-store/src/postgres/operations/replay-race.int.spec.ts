// An operator replays a key while records of that key go on arriving: their order is kept, and each is handled once.
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { expect, it } from 'vitest';
import { openTestStore } from '../../../../../test/support/event-store-database.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { systemClock, systemIds } from '../../core/index.js';
import { changeMatching } from '../../operations/index.js';
import { LiveTail, silentLogger, SubscriptionRunner } from '../../subscriptions/index.js';
import { eventStoreMigrations } from '../migrations/index.js';
import { openContext } from './open-context.js';

const ARRIVALS = 24;

it('a replay by key and arrivals of that key do not cross', async () => {
  const test = await openTestStore();
  const migrations = { names: eventStoreMigrations.map(({ name }) => name), table: 'migrations' };
  const context = await openContext({ name: 'lab-service', url: test.url, migrations, subscriptions: 4 });
  const [key, other] = ['lab-1', 'lab-2'];
  const handled: string[] = [];
  let failing = true;
  const runner = new SubscriptionRunner({
    definition: {
      name: 'lab',
      log: 'events',
      start: 'beginning',
      delivery: 'concurrent',
      retry: { maxAttempts: 1 },
      wants: () => true,
      async handle({ key: of, version }) {
        if (failing && of === key) throw new TypeError('no');
        handled.push(`${of}#${version}`);
      },
    },
    tail: new LiveTail(context.logs.events, systemClock),
    checkpoints: context.checkpoints,
    parking: context.parking,
    unitOfWork: context.unitOfWork,
    clock: systemClock,
    ids: systemIds,
    owner: 'test',
    logger: silentLogger,
    pollMs: 20,
  });
  const append = (stream: string) => {
    const event = { id: randomUUID(), type: 'lab.noted', schemaVersion: 1, data: {}, metadata: { correlationId: 'c' } };
    return test.store.append({ stream, expected: 'any', events: [event] });
  };
  const order = { change: 'replay', actor: 'operator:olga', reason: 'mended', dryRun: false, limit: 100 } as const;
  const replay = () => changeMatching(context, { key }, order);
  runner.start();
  try {
    await append(key);
    await eventually(async () => expect(await context.parking.list({ status: 'parked' })).toHaveLength(1));
    const replays: Promise<{ changed: number }>[] = [];
    for (let number = 1; number <= ARRIVALS; number += 1) {
      if (number === ARRIVALS / 3) replays.push(replay()); // it fails and is parked again
      if (number === ARRIVALS / 2) {
        failing = false;
        replays.push(replay(), replay());
      }
      await Promise.all([append(key), append(other)]);
    }
    await Promise.all(replays);
    await eventually(async () => {
      await replay(); // whichever of those before it came while the key was not parked
      expect(await context.parking.list()).toEqual([]);
      expect(handled.filter((one) => one.startsWith(other))).toHaveLength(ARRIVALS);
    });
    const versions = Array.from({ length: ARRIVALS + 1 }, (_, index) => `${key}#${index + 1}`);
    await eventually(async () => expect(handled.filter((one) => one.startsWith(key))).toEqual(versions));
  } finally {
    await runner.stop();
    await context.close();
    await test.close();
  }
});

it('a replay by key and arrivals of that key do not cross either while two processes take the lease from each other', async () => {
  const test = await openTestStore();
  await test.dataSource.query('CREATE TABLE effects (n bigserial PRIMARY KEY, owner text, stream text, version int)');
  const migrations = { names: eventStoreMigrations.map(({ name }) => name), table: 'migrations' };
  const open = () => openContext({ name: 'lab-service', url: test.url, migrations, subscriptions: 4 });
  const contexts = { first: await open(), second: await open() };
  const [key, other] = ['lab-1', 'lab-2'];
  let failing = true;
  const runners = Object.entries(contexts).map(
    ([owner, context]) =>
      new SubscriptionRunner({
        definition: {
          name: 'lab',
          log: 'events',
          start: 'beginning',
          delivery: 'transactional',
          retry: { maxAttempts: 1 },
          wants: () => true,
          async handle({ key: stream, version }, { db }) {
            if (failing && stream === key) throw new TypeError('no');
            const sql = 'INSERT INTO effects (owner, stream, version) VALUES ($1, $2, $3)';
            await (db as EntityManager).query(sql, [owner, stream, version]);
          },
        },
        ...context,
        tail: new LiveTail(context.logs.events, systemClock),
        ids: systemIds,
        owner,
        logger: silentLogger,
        batchSize: 3,
        pollMs: 20,
      }),
  );
  const append = (stream: string) => {
    const event = { id: randomUUID(), type: 'lab.noted', schemaVersion: 1, data: {}, metadata: { correlationId: 'c' } };
    return test.store.append({ stream, expected: 'any', events: [event] });
  };
  const order = { change: 'replay', actor: 'operator:olga', reason: 'mended', dryRun: false, limit: 100 } as const;
  const replay = () => Promise.all(Object.values(contexts).map((context) => changeMatching(context, { key }, order)));
  /** Whoever has the lease does not know it yet. */
  const expire = () => test.dataSource.query('UPDATE event_store.subscriptions SET leased_until = clock_timestamp()');
  const effects = async () => {
    const rows: { owner: string; stream: string; version: number }[] = await test.dataSource.query(
      'SELECT owner, stream, version FROM effects ORDER BY n',
    );
    return rows;
  };
  for (const runner of runners) runner.start();
  try {
    await append(key);
    await eventually(async () => expect(await contexts.first.parking.list({ status: 'parked' })).toHaveLength(1));
    const replays: Promise<unknown>[] = [];
    for (let number = 1; number <= 3 * ARRIVALS; number += 1) {
      if (number === ARRIVALS) failing = false;
      if (number % 8 === 0) replays.push(replay());
      if (number % 5 === 0) await expire();
      await Promise.all([append(key), append(other)]);
    }
    await Promise.all(replays);
    const versions = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
    await eventually(async () => {
      await replay();
      const all = await effects();
      const of = (stream: string) => all.filter((one) => one.stream === stream).map(({ version }) => version);
      expect(of(key)).toEqual(versions(3 * ARRIVALS + 1));
      expect(of(other)).toEqual(versions(3 * ARRIVALS));
    });
    expect(new Set((await effects()).map(({ owner }) => owner))).toEqual(new Set(['first', 'second']));
    expect(await contexts.first.parking.list()).toEqual([]);
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
    await Promise.all(Object.values(contexts).map((context) => context.close()));
    await test.close();
  }
});
