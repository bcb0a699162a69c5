// A version is built beside the one that serves, on a real database, under load, and with everything that comes between.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually as within } from '../../../../../test/support/eventually.js';
import {
  cancelRebuild,
  listProjections,
  pauseProjection,
  ProjectionBusyError,
  ProjectionPausedError,
  ProjectionRefusedError,
  rebuildProjection,
  rebuildStream,
  resumeProjection,
  type RebuildProgress,
} from '../../operations/index.js';
import { UNEQUAL_BALANCES } from '../../../../../test/support/balances.js';
import { openRebuildLab, type RebuildLab } from '../../../../../test/support/rebuild-lab.js';
import { verifyProjection } from './verify-projection.js';

const ACCOUNTS = 100;
let lab: RebuildLab;

const openFilled = (eventsEach: number) => async (): Promise<void> => {
  lab = await openRebuildLab();
  await lab.fill(ACCOUNTS, eventsEach);
};
/** On a machine that does much else, too. */
const eventually = <T>(assertion: () => Promise<T>) => within(assertion, { timeoutMs: 60_000 });
const query = <Row>(sql: string) => lab.dataSource.query<Row[]>(sql);
const none = new Set<string>();
const verify = (projection = lab.v1) => verifyProjection(lab.context, { projection, inboundTypes: none });

describe('a new version, beside the one that serves', { timeout: 90_000 }, () => {
  beforeAll(openFilled(10));
  afterAll(() => lab.close());

  it('is built under load, switches when it is level, and equals what is served; the old one is kept', async () => {
    await lab.serve(lab.v1);
    await eventually(async () => expect(await lab.states()).toEqual(['1 serving']));
    const stopping = new AbortController();
    const writing = lab.deposit(ACCOUNTS, stopping.signal);
    const seen: RebuildProgress[] = [];
    const options = lab.rebuild(lab.v2, { progress: (one) => seen.push(one) });
    const done = await rebuildProjection(lab.context, options).finally(() => stopping.abort());
    const written = await writing;
    expect(done).toMatchObject({ outcome: 'switched' });
    expect(written).toBeGreaterThan(10);
    expect(await lab.states()).toEqual(['1 retired', '2 serving']);
    const [one, two] = await lab.context.versions.list();
    expect([one!.takenUpAt, two!.takenUpAt]).toEqual([expect.any(Date), undefined]); // no service of the new build runs
    expect((await lab.placeOf(2))!.cursor.position).toBeGreaterThanOrEqual(two!.switchedPosition!);
    expect(seen.at(-1)!.percent).toBeGreaterThan(0);

    // The new build is deployed: it goes on from there, is taken up, and both versions hold the same.
    await lab.serve(lab.v2);
    const { last } = await lab.context.facts.endOf('events', 0);
    await eventually(async () => {
      expect((await lab.context.versions.list())[1]!.takenUpAt).toBeInstanceOf(Date);
      for (const version of [1, 2]) expect((await lab.placeOf(version))!.cursor.position).toBe(last);
    });
    expect(await query(UNEQUAL_BALANCES)).toEqual([]);
    expect(await query('SELECT count(*)::int AS rows, sum(deposits)::int AS deposits FROM balance_v2')).toEqual([
      { rows: ACCOUNTS, deposits: ACCOUNTS * 9 + written },
    ]);
  });

  it('a second call finds it serving and does nothing; emptying what serves is refused with the way out', async () => {
    expect(await rebuildProjection(lab.context, lab.rebuild(lab.v2))).toMatchObject({ outcome: 'serving-already' });
    await expect(cancelRebuild(lab.context, lab.order(lab.v2))).rejects.toThrow(/is serving.*raise the version/);
    await expect(cancelRebuild(lab.context, lab.order(lab.v1))).rejects.toThrow(/is retired.*raise the version/);
    expect(await query('SELECT count(*)::int AS rows FROM balance_v2')).toEqual([{ rows: ACCOUNTS }]);
  });

  it('is verified row by row while it serves: missing, surplus and changed rows are named, values are not', async () => {
    expect(await verify()).toMatchObject({ readModel: 'balance@v1', rows: ACCOUNTS, differing: 0, differences: [] });
    await query(`DELETE FROM balance WHERE id = '1'`);
    await query(`UPDATE balance SET minor = minor + 1, owner = 'x' WHERE id = '2'`);
    await query(`INSERT INTO balance VALUES ('stray', 'secret', 1)`);
    const { differences, differing } = await verify();
    expect(differing).toBe(3);
    expect(differences).toEqual([
      { table: 'balance', key: '1', kind: 'missing', columns: [] },
      { table: 'balance', key: '2', kind: 'different', columns: ['minor', 'owner'] },
      { table: 'balance', key: 'stray', kind: 'surplus', columns: [] },
    ]);
    expect((await verify(lab.v2)).differing).toBe(0);
    await query(`DELETE FROM balance WHERE id = 'stray'`);
  });

  it('the rows of one stream are built again while a service works on it', async () => {
    const stopping = new AbortController();
    const writing = lab.deposit(5, stopping.signal);
    for (const id of ['1', '2']) {
      const done = await rebuildStream(lab.context, { ...lab.order(lab.v1), stream: `account-${id}` });
      expect(done.events).toBeGreaterThanOrEqual(9);
      expect(done.deleted).toBe(id === '1' ? 0 : 1);
    }
    stopping.abort();
    await writing;
    const { last } = await lab.context.facts.endOf('events', 0);
    await eventually(async () => expect((await lab.placeOf(1))!.cursor.position).toBe(last));
    expect((await verify()).differences).toEqual([]);
    const recorded = await lab.context.operations.of('bank-service/balance@v1');
    expect(recorded.map(({ action, actor }) => [action, actor])).toEqual([
      ['projection.rebuild-stream', 'olga'],
      ['projection.rebuild-stream', 'olga'],
    ]);
  });

  it('going back is running the old build again: it is level, and serves once nobody works on the new one', async () => {
    await lab.stop(2);
    await lab.stop(1);
    await lab.serve(lab.v1);
    await eventually(async () => expect(await lab.states()).toEqual(['1 serving', '2 retired']));
  });
});

describe('a rebuild that does not go through at once', { timeout: 90_000 }, () => {
  beforeAll(openFilled(5));
  afterAll(() => lab.close());

  it('told to stop it keeps what it has, and the next call goes on from there', async () => {
    const stopping = new AbortController();
    const progress = ({ position }: RebuildProgress) => position > 0n && stopping.abort();
    const options = lab.rebuild(lab.v1, { signal: stopping.signal, batchSize: 50, progress });
    const first = await rebuildProjection(lab.context, options);
    expect(first).toMatchObject({ outcome: 'stopped' });
    const place = (await lab.placeOf(1))!;
    expect(place.owner).toBeUndefined();
    expect(await lab.states()).toEqual(['1 building']);
    const second = await rebuildProjection(lab.context, lab.rebuild(lab.v1));
    expect(second).toMatchObject({ outcome: 'switched', handled: ACCOUNTS * 5 - Number(place.cursor.position) });
    expect((await verify()).differing).toBe(0);
  });

  it('while somebody else builds it the second one is told who; and it is cancelled without a trace', async () => {
    const key = { name: 'balance@v2', log: 'events' } as const;
    const { checkpoints, logs } = lab.context;
    const lease = (await checkpoints.acquire(key, 'es/somebody', 60_000, () => logs.events.beginning()))!;
    const renewing = setInterval(() => void checkpoints.renew(lease, 60_000), 20);
    try {
      const busy = rebuildProjection(lab.context, lab.rebuild(lab.v2));
      await expect(busy).rejects.toThrow(ProjectionBusyError);
      await expect(busy).rejects.toThrow(/es\/somebody works on balance@v2/);
    } finally {
      clearInterval(renewing);
    }
    await checkpoints.release(lease);
    const stopping = new AbortController();
    const progress = ({ position }: RebuildProgress) => position > 0n && stopping.abort();
    await rebuildProjection(lab.context, lab.rebuild(lab.v2, { signal: stopping.signal, batchSize: 50, progress }));
    const [{ rows }] = (await query<{ rows: number }>('SELECT count(*)::int AS rows FROM balance_v2')) as [
      { rows: number },
    ];
    expect(rows).toBeGreaterThan(0);
    expect(await cancelRebuild(lab.context, lab.order(lab.v2))).toBe(rows);
    expect(await query('SELECT * FROM balance_v2')).toEqual([]);
    expect(await lab.states()).toEqual(['1 serving']);
    expect((await lab.placeOf(2))!.cursor.position).toBe(0n);
  });

  it('with a record that cannot be handled it does not serve, and says so; once that is mended it does', async () => {
    await query('ALTER TABLE balance_v2 ADD CONSTRAINT poison CHECK (minor >= 0)');
    const { position } = await lab.append('account-1', 'account.deposited', { amountMinor: -1_000_000 });
    const retry = { maxAttempts: 1, firstDelayMs: 1, maxDelayMs: 1 };
    expect(await rebuildProjection(lab.context, lab.rebuild(lab.v2, { retry }))).toEqual({
      outcome: 'set-aside',
      records: 1,
    });
    expect(await lab.states()).toEqual(['1 serving', '2 building']);
    await query('ALTER TABLE balance_v2 DROP CONSTRAINT poison');
    await lab.context.parking.replay({ name: 'balance@v2', log: 'events' }, position);
    expect(await rebuildProjection(lab.context, lab.rebuild(lab.v2))).toMatchObject({ outcome: 'switched' });
    expect((await verify(lab.v2)).differing).toBe(0);
  });

  it('what is inline, names no tables, or was paused is refused with what to do', async () => {
    const inline = { ...lab.v2, version: 3, inline: true };
    await expect(rebuildProjection(lab.context, lab.rebuild(inline))).rejects.toThrow(/is inline/);
    const bare = { ...lab.v1, tables: [] };
    await expect(verify(bare)).rejects.toThrow(ProjectionRefusedError);
    await expect(rebuildStream(lab.context, { ...lab.order(bare), stream: 'account-1' })).rejects.toThrow(/tables:/);
    const order = { actor: 'olga', reason: 'the disk is full', dryRun: false };
    const third = { ...lab.v2, version: 3 };
    await lab.context.checkpoints.acquire({ name: 'balance@v3', log: 'events' }, 'gone', 0, () =>
      lab.context.logs.events.beginning(),
    );
    expect(await pauseProjection(lab.context, third, order)).toMatchObject({ outcome: 'done' });
    const paused = rebuildProjection(lab.context, lab.rebuild(third));
    await expect(paused).rejects.toThrow(ProjectionPausedError);
    await expect(paused).rejects.toThrow(/by olga .*: the disk is full/);
  });
});

describe('a pause', { timeout: 90_000 }, () => {
  beforeAll(openFilled(2));
  afterAll(() => lab.close());

  it('stops a service that runs, and resuming lets it go on from where it was', async () => {
    await lab.serve(lab.v1);
    await eventually(async () => expect(await lab.states()).toEqual(['1 serving']));
    const order = { actor: 'olga', reason: 'a look', dryRun: false };
    expect(await pauseProjection(lab.context, lab.v1, { ...order, dryRun: true })).toMatchObject({ outcome: 'done' });
    expect((await lab.placeOf(1))!.paused).toBeUndefined();
    const { position } = (await pauseProjection(lab.context, lab.v1, order)) as { position: bigint };
    expect(await pauseProjection(lab.context, lab.v1, order)).toMatchObject({ outcome: 'already' });
    const appended = await lab.append('account-1', 'account.deposited');
    await eventually(async () => {
      const [runner] = lab.runners(1);
      expect(runner!.status().state).toBe('waiting-for-lease');
    });
    expect((await lab.placeOf(1))!.cursor.position).toBe(position);
    const [listed] = await listProjections(lab.context, [lab.v1]);
    expect(listed).toMatchObject({
      name: 'balance',
      version: 1,
      state: 'serving',
      known: true,
      paused: { by: 'olga', reason: 'a look' },
      places: [{ log: 'events', lag: 1, end: appended.position }],
    });
    expect(await resumeProjection(lab.context, lab.v1, order)).toMatchObject({ outcome: 'done' });
    await eventually(async () => expect((await lab.placeOf(1))!.cursor.position).toBe(appended.position));
    expect((await verify()).differing).toBe(0);
    const recorded = await lab.context.operations.of('bank-service/balance@v1');
    expect(recorded.map(({ action, reason }) => [action, reason])).toEqual([
      ['projection.resume', 'a look'],
      ['projection.pause', 'a look'],
    ]);
  });
});
