// The moments around a commit and a switch of versions, in a process that ends or fails there. The other points: test/fire/failpoint.faults.ts.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNEQUAL_BALANCES } from '../../../../test/support/balances.js';
import { eventually } from '../../../../test/support/eventually.js';
import type { Order } from '../../../../test/support/failpoint-worker.js';
import { openRebuildLab, type RebuildLab } from '../../../../test/support/rebuild-lab.js';
import type { Failpoint } from '../core/index.js';
import { appendTo, commandOn, newStream } from '../testing/contracts/event-store.support.js';

const WORKER = join(import.meta.dirname, '../../../../test/support/failpoint-worker.ts');
const ACCOUNTS = 20;
const EVENTS_EACH = 5;
const KILLED = 'SIGKILL';

describe('a process that ends or fails between two steps', { timeout: 60_000 }, () => {
  let lab: RebuildLab;
  beforeAll(async () => {
    lab = await openRebuildLab();
  });
  afterAll(() => lab.close());

  /** How the process ended and what it answered. @throws unless it came by the point. */
  async function run(order: Order, at: Failpoint, action: 'kill' | 'throw', passage = 1) {
    const env = { ...process.env, NODE_ENV: 'test', FAILPOINTS: `${at}=${action}@${passage}` };
    const child = spawn(process.execPath, ['--import', 'tsx', WORKER, lab.url, JSON.stringify(order)], { env });
    let answer = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const end = await new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
    expect(said).toContain(`failpoint ${at}: ${action}\n`);
    return { end, answer: answer.trim() };
  }

  it('before the COMMIT of a unit of work: nothing is stored, and the same command later has its effect once [1]', async () => {
    const stream = newStream();
    const request = appendTo(stream, { command: commandOn(stream) });
    const order = { kind: 'append in a unit of work', request } as const;
    const at = 'append.afterInsertBeforeCommit';
    expect(await run(order, at, 'kill')).toEqual({ end: KILLED, answer: '' });
    expect(await lab.store.readStream(stream)).toEqual([]);
    expect(await run(order, at, 'throw')).toEqual({ end: 0, answer: 'UnavailableError' });
    expect(await lab.store.readStream(stream)).toEqual([]);
    for (const repeated of [false, true]) {
      expect(await lab.unitOfWork.run(() => lab.store.append(request))).toMatchObject({ version: 1, repeated });
    }
  });

  it.each([
    ['kill', { end: KILLED, answer: '' }],
    ['throw', { end: 0, answer: '1 failed' }],
  ] as const)(
    'before the COMMIT of the 25th of 50 units of work (%s): the same commands later leave 50 events, in order [1]',
    async (action, outcome) => {
      const lists = Array.from({ length: 10 }, () => {
        const stream = newStream();
        return Array.from({ length: 5 }, () => appendTo(stream, { command: commandOn(stream) }));
      });
      const stored = () => Promise.all(lists.map(([first]) => lab.store.readStream(first!.stream)));
      const order = { kind: 'lists in units of work', lists } as const;
      expect(await run(order, 'append.afterInsertBeforeCommit', action, 25)).toEqual(outcome);
      const before = await stored();
      expect(before.flat().length).toBeGreaterThanOrEqual(15); // ten at a time are under way
      expect(before.flat().length).toBeLessThan(action === 'kill' ? 25 : 50);
      for (const [at, requests] of lists.entries())
        for (const [index, request] of requests.entries())
          expect(await lab.unitOfWork.run(() => lab.store.append(request))).toMatchObject({
            version: index + 1,
            repeated: index < before[at]!.length,
          });
      const after = await stored();
      expect(after.map((events) => events.map(({ id, version }) => [version, id]))).toEqual(
        lists.map((requests) => requests.map(({ events }, index) => [index + 1, events[0]!.id])),
      );
      for (const events of after)
        expect(events.map(({ position }) => position)).toEqual(
          events.map(({ position }) => position).toSorted(ascending),
        );
    },
  );

  it.each([
    ['append', 'kill', { end: KILLED, answer: '' }],
    ['append in a unit of work', 'throw', { end: 0, answer: 'UnavailableError' }],
  ] as const)(
    'after the COMMIT of an %s and before the answer (%s): it is stored, and a repeat gets the first result [2]',
    async (kind, action, outcome) => {
      const stream = newStream();
      const request = appendTo(stream, { command: commandOn(stream) });
      expect(await run({ kind, request }, 'append.afterCommitBeforeReply', action)).toEqual(outcome);
      expect(await lab.store.readStream(stream)).toMatchObject([{ id: request.events[0]!.id, version: 1 }]);
      expect(await lab.store.append(request)).toMatchObject({ version: 1, repeated: true });
    },
  );

  it('before a new version of a projection serves: the old one goes on through live writes, the next call ends what was begun, and both are equal [44]', async () => {
    await lab.fill(ACCOUNTS, EVENTS_EACH);
    await lab.serve(lab.v1);
    await eventually(async () => expect(await lab.states()).toEqual(['1 serving']), { timeoutMs: 30_000 });
    const stopping = new AbortController();
    const writing = lab.deposit(ACCOUNTS, stopping.signal);
    const watching = statesUntil(stopping.signal);
    try {
      expect(await run({ kind: 'rebuild' }, 'rebuild.beforeSwap', 'kill')).toEqual({ end: KILLED, answer: '' });
      expect(await lab.states()).toEqual(['1 serving', '2 building']);
      await reached(1, await endOfLog());
      // The lease of the dead one ends by itself in ten seconds.
      await lab.dataSource.query(
        `UPDATE event_store.subscriptions SET leased_until = clock_timestamp() - interval '1 second' WHERE name = 'balance@v2'`,
      );
      expect(await run({ kind: 'rebuild' }, 'rebuild.beforeSwap', 'throw')).toEqual({ end: 0, answer: 'switched' });
      expect(await lab.states()).toEqual(['1 retired', '2 serving']);
      await reached(1, await endOfLog()); // it is kept, so that one can go back
    } finally {
      stopping.abort();
    }
    const written = await writing;
    // None between them, and never two or none that serve.
    expect(await watching).toEqual(['1 serving', '1 serving, 2 building', '1 retired, 2 serving']);
    await lab.serve(lab.v2); // the new build
    for (const version of [1, 2]) await reached(version, await endOfLog());
    expect(await lab.dataSource.query(UNEQUAL_BALANCES)).toEqual([]);
    expect(await lab.dataSource.query('SELECT sum(deposits)::int AS deposits FROM balance_v2')).toEqual([
      { deposits: ACCOUNTS * (EVENTS_EACH - 1) + written },
    ]);
  });

  const endOfLog = async (): Promise<bigint> => (await lab.context.facts.endOf('events', 0)).last;
  const reached = (version: number, position: bigint) =>
    eventually(async () => expect((await lab.placeOf(version))!.cursor.position).toBeGreaterThanOrEqual(position), {
      timeoutMs: 30_000,
    });
  /** What the versions were, each time that was another. */
  async function statesUntil(signal: AbortSignal): Promise<string[]> {
    const seen: string[] = [];
    for (; !signal.aborted; await sleep(5)) {
      const states = (await lab.states()).join(', ');
      if (states !== seen.at(-1)) seen.push(states);
    }
    return seen;
  }
});

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : 1);
