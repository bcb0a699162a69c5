// A handler that throws, on a real database: what is tried again, what is parked, what goes on meanwhile, and that a mended build ends with what a rebuild gives.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Deposited } from '../../../../../test/support/balances.js';
import { eventually as within } from '../../../../../test/support/eventually.js';
import { openRebuildLab, type RebuildLab } from '../../../../../test/support/rebuild-lab.js';
import { changeMatching, type OperatedProjection } from '../../operations/index.js';
import type { ProjectionHandler } from '../../subscriptions/index.js';
import { verifyProjection } from './verify-projection.js';

const ACCOUNTS = 10;
const KEY = 'account-3';
const BAD = 13;
const RETRY = { maxAttempts: 4, firstDelayMs: 20, maxDelayMs: 200 };

const eventually = <T>(assertion: () => Promise<T>) => within(assertion, { timeoutMs: 30_000 });
let lab: RebuildLab;
beforeEach(async () => (lab = await openRebuildLab()));
afterEach(() => lab.close());

/** The same projection, with `trouble` before each deposit. */
function troubled(projection: OperatedProjection, trouble: ProjectionHandler): OperatedProjection {
  const deposited = projection.handlers.get(Deposited)!;
  const handler: ProjectionHandler = async (...call) => {
    await trouble(...call);
    await deposited(...call);
  };
  return { ...projection, handlers: new Map(projection.handlers).set(Deposited, handler) };
}

const verify = (projection: OperatedProjection) =>
  verifyProjection(lab.context, { projection, inboundTypes: new Set() });
const minorOf = async (table: string, id: string): Promise<number> => {
  const rows: { minor: number }[] = await lab.dataSource.query(`SELECT minor FROM ${table} WHERE id = $1`, [id]);
  return rows[0]!.minor;
};
const parked = async () =>
  (await lab.context.parking.list()).map(({ key, status, attempts, reason }) => ({ key, status, attempts, reason }));
const positionOf = async (projection: string) =>
  (await lab.context.checkpoints.list()).find(({ name }) => name === projection)?.cursor.position;

async function expectAtEnd(...projections: string[]): Promise<void> {
  const { last } = await lab.context.facts.endOf('events', 0);
  for (const name of projections)
    await eventually(async () => expect([name, await positionOf(name)]).toEqual([name, last]));
}

it('a projection that throws on one event: its key is parked with its successors, other keys and another projection go on; mended and replayed it equals its rebuild [43]', async () => {
  const bad = troubled(lab.v1, (event) => {
    if ((event as Deposited).amountMinor === BAD) throw new TypeError('cannot take 13');
  });
  const other: OperatedProjection = { ...lab.v2, name: 'other', version: 1 };
  await lab.fill(ACCOUNTS, 3);
  await lab.serve(bad, RETRY);
  await lab.serve(other, RETRY);
  await expectAtEnd('balance@v1', 'other@v1');
  const before = await minorOf('balance', '3');

  await lab.append(KEY, 'account.deposited', { amountMinor: BAD });
  for (let round = 0; round < 5; round += 1)
    for (let account = 1; account <= ACCOUNTS; account += 1)
      await lab.append(`account-${account}`, 'account.deposited');
  await eventually(async () => expect((await parked()).map(({ status }) => status)).toContain('parked'));
  await lab.append(KEY, 'account.deposited');
  await expectAtEnd('balance@v1', 'other@v1');
  const behind = { key: KEY, status: 'behind', attempts: 0, reason: expect.any(String) as string };
  expect(await parked()).toEqual([
    { key: KEY, status: 'parked', attempts: RETRY.maxAttempts, reason: 'TypeError: cannot take 13' },
    ...Array.from({ length: 6 }, () => behind),
  ]);
  expect(await minorOf('balance', '3')).toBe(before);
  expect(await minorOf('balance_v2', '3')).toBe(before + BAD + 6 * 7);
  expect(await verify(other)).toMatchObject({ rows: ACCOUNTS, differing: 0 });

  await lab.stop(1);
  await lab.serve(lab.v1, RETRY);
  const order = { change: 'replay', actor: 'operator:olga', reason: 'mended', dryRun: false, limit: 100 } as const;
  expect(await changeMatching(lab.context, { key: KEY }, order)).toMatchObject({ changed: 1 });
  await eventually(async () => expect(await parked()).toEqual([]));
  await lab.append(KEY, 'account.deposited');
  await expectAtEnd('balance@v1', 'other@v1');
  expect(await verify(lab.v1)).toMatchObject({ rows: ACCOUNTS, differing: 0 });
  expect(await minorOf('balance', '3')).toBe(before + BAD + 7 * 7);
});

it('a projection that throws twice on every event of a key: each is tried again in its order, has its effect once, and nothing is parked [16]', async () => {
  const failures = new Map<string, number>();
  const handled: number[] = [];
  const shaky = troubled(lab.v1, (_event, { stream, version }) => {
    if (stream.name !== KEY) return;
    const times = failures.get(`${version}`) ?? 0;
    failures.set(`${version}`, times + 1);
    if (times < 2) throw new Error('not yet');
    handled.push(version);
  });
  await lab.fill(ACCOUNTS, 1);
  await lab.serve(shaky, RETRY);
  for (let round = 0; round < 10; round += 1)
    for (let account = 1; account <= ACCOUNTS; account += 1)
      await lab.append(`account-${account}`, 'account.deposited');
  await expectAtEnd('balance@v1');
  await eventually(async () => expect(await parked()).toEqual([]));
  expect(handled).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(await verify(lab.v1)).toMatchObject({ rows: ACCOUNTS, differing: 0 });
});
