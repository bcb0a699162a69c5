// The moments around a commit and a switch of versions, in a process that ends or fails there. The other points: test/fire/failpoint.faults.ts.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNEQUAL_BALANCES } from '../../../../test/support/balances.js';
import { eventually } from '../../../../test/support/eventually.js';
import type { Order } from '../../../../test/support/failpoint-worker.js';
import { openRebuildLab, type RebuildLab } from '../../../../test/support/rebuild-lab.js';
import type { Failpoint } from '../core/index.js';
import { appendTo, commandOn, newStream } from '../testing/event-store.support.js';

const WORKER = join(import.meta.dirname, '../../../../test/support/failpoint-worker.ts');
const ACCOUNTS = 20;
const KILLED = 'SIGKILL';

describe('a process that ends or fails between two steps', { timeout: 60_000 }, () => {
  let lab: RebuildLab;
  beforeAll(async () => {
    lab = await openRebuildLab();
  });
  afterAll(() => lab.close());

  /** How the process ended and what it answered. @throws unless it came by the point. */
  async function run(order: Order, at: Failpoint, action: 'kill' | 'throw'): Promise<{ end: unknown; answer: string }> {
    const env = { ...process.env, NODE_ENV: 'test', FAILPOINTS: `${at}=${action}` };
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

  it('before a new version of a projection serves: the old one goes on, and the next call ends what was begun [44]', async () => {
    await lab.fill(ACCOUNTS, 5);
    await lab.serve(lab.v1);
    await eventually(async () => expect(await lab.states()).toEqual(['1 serving']), { timeoutMs: 30_000 });
    const level = async (): Promise<void> => {
      const { last } = await lab.context.facts.endOf('events', 0);
      await eventually(async () => expect((await lab.placeOf(1))!.cursor.position).toBe(last), { timeoutMs: 30_000 });
    };

    expect(await run({ kind: 'rebuild' }, 'rebuild.beforeSwap', 'kill')).toEqual({ end: KILLED, answer: '' });
    expect(await lab.states()).toEqual(['1 serving', '2 building']);
    await lab.append('account-1', 'account.deposited');
    await level();
    // The lease of the dead one ends by itself in ten seconds.
    await lab.dataSource.query(
      `UPDATE event_store.subscriptions SET leased_until = clock_timestamp() - interval '1 second' WHERE name = 'balance@v2'`,
    );
    expect(await run({ kind: 'rebuild' }, 'rebuild.beforeSwap', 'throw')).toEqual({ end: 0, answer: 'switched' });
    expect(await lab.states()).toEqual(['1 retired', '2 serving']);
    await level();
    expect(await lab.dataSource.query(UNEQUAL_BALANCES)).toEqual([]);
  });
});
