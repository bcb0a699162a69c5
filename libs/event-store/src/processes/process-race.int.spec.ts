// Processes on a real database: their events come in both logs at once, two replicas share the work, and connections die. Nothing is lost or doubled.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../test/support/event-store-database.js';
import { eventually } from '../../../../test/support/eventually.js';
import { deterministicId, Event, EventRegistry } from '../core/index.js';
import { PostgresInboundLog, PostgresParkingStore, Waking } from '../postgres/index.js';
import { On } from '../subscriptions/index.js';
import { startProcessReplica } from '../testing/postgres/process-replica.js';
import { CommandRegistry } from './command-registry.js';
import { Process } from './process.js';
import { OnTimer, ProcessManager, StartsWith } from './process.decorators.js';

const PROCESSES = 12;
const EACH = 20;

@Event('tally.opened')
class Opened {}

@Event('tally.counted')
class Counted {
  constructor(readonly n: number) {}
}

@Event('desk.reported')
class Reported {
  constructor(readonly n: number) {}
}

class Note {
  constructor(readonly n: number) {}
}

interface TallyState {
  counted: number[];
  reported: number[];
  ticks: number;
}

@ProcessManager('tally')
class Tally extends Process<TallyState> {
  state: TallyState = { counted: [], reported: [], ticks: 0 };

  @StartsWith(Opened)
  opened(): void {}

  @On(Counted)
  counted({ n }: Counted): void {
    this.state.counted.push(n);
    this.wake('tick', { afterMs: n });
  }

  @On(Reported)
  reported({ n }: Reported): void {
    this.state.reported.push(n);
    this.send(new Note(n));
  }

  @OnTimer('tick')
  tick(): void {
    this.state.ticks += 1;
  }
}

describe('processes on PostgreSQL', () => {
  let test: TestStore;
  let waking: Waking;
  const closing: (() => Promise<unknown>)[] = [];
  const registry = new EventRegistry().register(Opened, Counted, Reported);
  const ids = Array.from({ length: PROCESSES }, (_, index) => `${index}`);

  beforeAll(async () => {
    waking = new Waking({});
    test = await openTestStore({ poolSize: 20, onAppended: () => waking.signal('events') });
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await test.close();
  });

  const startReplica = (owner: string) =>
    closing.push(
      startProcessReplica({
        test,
        waking,
        owner,
        instance: new Tally(),
        registry,
        commands: new CommandRegistry().register(Note),
        inboundTypes: new Set(['desk.reported']),
      }),
    );

  async function report(n: number): Promise<void> {
    const inbound = new PostgresInboundLog(test.database, waking);
    const messages = ids.map((key) => {
      const id = deterministicId(key, 'reported', n);
      const encoded = registry.encode(new Reported(n));
      return { id, topic: 'desk', key, ...encoded, version: 0, metadata: { correlationId: id }, contentHash: id };
    });
    await inbound.store(messages, []);
  }

  async function append(id: string, event: object, n: number): Promise<void> {
    const toAppend = { id: deterministicId(id, n), ...registry.encode(event), metadata: { correlationId: id } };
    await test.store.append({ stream: `tally-${id}`, expected: 'any', events: [toAppend] });
  }

  async function cutConnections(): Promise<void> {
    await test.dataSource
      .query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      )
      .catch(() => undefined);
  }

  it(
    'take in everything once and in order, whatever log it comes in and whoever dies',
    { timeout: 60_000 },
    async () => {
      startReplica('replica-1');
      startReplica('replica-2');
      for (let n = 0; n < EACH; n += 1) {
        await eventually(() => report(n)); // the first of them before any process has started
        for (const id of ids) await eventually(() => append(id, n === 0 ? new Opened() : new Counted(n), n));
        if (n === 7 || n === 14) await cutConnections();
      }
      const done = {
        counted: Array.from({ length: EACH - 1 }, (_, index) => index + 1),
        reported: Array.from({ length: EACH }, (_, index) => index),
        ticks: EACH - 1,
      };
      await eventually(
        async () => {
          const rows: unknown = await test.dataSource.query('SELECT id, state FROM event_store.processes');
          expect(new Map((rows as { id: string; state: TallyState }[]).map(({ id, state }) => [id, state]))).toEqual(
            new Map(ids.map((id) => [id, done])),
          );
        },
        { timeoutMs: 30_000 },
      );
      const sent: unknown = await test.dataSource.query(
        'SELECT key, data FROM event_store.outgoing_commands ORDER BY position',
      );
      const notes = (sent as { key: string; data: Note }[]).filter(({ key }) => key === 'tally/3');
      expect(notes.map(({ data }) => data.n)).toEqual(done.reported);
      expect(sent).toHaveLength(PROCESSES * EACH);
      expect(await new PostgresParkingStore(test.database).list()).toEqual([]);
    },
  );
});
