// A compensation on a real database: connections die and a replica is replaced in the middle of it, and every step is taken back once, in reverse order.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../test/support/event-store-database.js';
import { eventually } from '../../../../test/support/eventually.js';
import { deterministicId, DomainError, EventRegistry } from '../core/index.js';
import { PostgresParkingStore, PostgresProcessStore, Waking } from '../postgres/index.js';
import { startProcessReplica } from '../testing/postgres/process-replica.js';
import { Book, TripPlanned, Unbook } from '../testing/trip.process.js';
import { commandDispatchSubscription, type StoredCommand } from './command-dispatch.js';
import { CommandRegistry } from './command-registry.js';
import { Process } from './process.js';
import { ProcessManager, StartsWith } from './process.decorators.js';
import { rejectionSignal, rejectionSignalId } from './rejection-signal.js';

const TRIPS = 6;
const LEGS = ['air', 'rail', 'sea', 'bus'];

class SoldOut extends DomainError {
  readonly code = 'sold-out';
}

@ProcessManager('booking', { compensate: 'on-rejection' })
class Booking extends Process {
  state = {};

  @StartsWith(TripPlanned)
  planned({ legs }: TripPlanned): void {
    for (const leg of legs) this.send(new Book(leg), { undo: new Unbook(leg) });
  }
}

describe('compensation on PostgreSQL', () => {
  let test: TestStore;
  let waking: Waking;
  const closing: (() => Promise<unknown>)[] = [];
  const registry = new EventRegistry().register(TripPlanned);

  beforeAll(async () => {
    waking = new Waking({});
    test = await openTestStore({ poolSize: 20, onAppended: () => waking.signal('events') });
    await test.dataSource.query('CREATE TABLE effects (place serial, id uuid PRIMARY KEY, trip text, what text)');
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await test.close();
  });

  const query = <R>(text: string, values: unknown[] = []) => test.dataSource.query<R[]>(text, values);
  const cutConnections = () =>
    query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    ).catch(() => undefined);

  /** `after`: called when a command has had its effect, and the dispatch does not know it yet. */
  function startReplica(owner: string, after: (command: StoredCommand) => Promise<unknown>): () => Promise<unknown> {
    const processes = new PostgresProcessStore(test.database, waking);
    const dispatch = commandDispatchSubscription({
      async execute(command) {
        const { leg } = command.data as Book;
        if (command.type === 'Book' && leg === 'bus') throw new SoldOut('The bus is full.');
        await query('INSERT INTO effects (id, trip, what) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
          command.id,
          command.key,
          `${command.type} ${leg}`,
        ]);
        await after(command);
      },
      onRejected: (command, rejection) => processes.signal(rejectionSignal(command, rejection)!),
      wasRejected: (command) => processes.hasSignal(rejectionSignalId(command)!),
    });
    return startProcessReplica({
      test,
      waking,
      owner,
      instance: new Booking(),
      registry,
      commands: new CommandRegistry().register(Book, Unbook),
      inboundTypes: new Set(),
      besides: [dispatch],
    });
  }

  it(
    'takes back every step that has happened, once and the last one first, whatever dies meanwhile',
    { timeout: 60_000 },
    async () => {
      let cuts = 0;
      let undone: () => void = () => undefined;
      const inTheMiddle = new Promise<void>((resolve) => (undone = resolve));
      const first = startReplica('replica-1', async ({ type, data }) => {
        if (type !== 'Unbook' || (data as Unbook).leg !== 'rail') return;
        undone();
        if ((cuts += 1) <= 3) await cutConnections(); // it has had its effect, and comes again
      });
      for (let trip = 0; trip < TRIPS; trip += 1) {
        const event = {
          id: deterministicId('trip', trip),
          ...registry.encode(new TripPlanned(LEGS)),
          metadata: { correlationId: 'c' },
        };
        await test.store.append({ stream: `trip-${trip}`, expected: 'no-stream', events: [event] });
      }
      await inTheMiddle;
      closing.push(startReplica('replica-2', () => Promise.resolve()));
      await first();
      await eventually(
        async () => {
          const effects = await query<{ trip: string; what: string }>('SELECT trip, what FROM effects ORDER BY place');
          for (let trip = 0; trip < TRIPS; trip += 1)
            expect(effects.filter((one) => one.trip === `booking/${trip}`).map(({ what }) => what)).toEqual([
              'Book air',
              'Book rail',
              'Book sea',
              'Unbook sea',
              'Unbook rail',
              'Unbook air',
            ]);
        },
        { timeoutMs: 40_000 },
      );
      expect(cuts).toBeGreaterThan(0);
      const rows = await query<{ status: string; compensation: object }>(
        'SELECT status, compensation FROM event_store.processes',
      );
      expect(rows).toEqual(
        Array.from({ length: TRIPS }, () => ({
          status: 'completed',
          compensation: { reason: 'Book was rejected: sold-out: The bus is full.', by: 'process:booking', refused: [] },
        })),
      );
      const [sent] = await query<{ n: number }>('SELECT count(*)::int AS n FROM event_store.outgoing_commands');
      expect(sent).toEqual({ n: TRIPS * 7 });
      expect(await new PostgresParkingStore(test.database).list()).toEqual([]);
    },
  );
});
