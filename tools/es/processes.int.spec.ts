// `es processes` on a real database of a context, with a running process manager: listed, shown, retried, taken back.
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.js';
import { deterministicId, DomainError, EventRegistry } from '../../libs/event-store/src/core/index.js';
import {
  dataSourceConnection,
  eventStoreMigrations,
  PostgresDatabase,
  PostgresEventStore,
  PostgresProcessStore,
  PostgresUnitOfWork,
  Waking,
} from '../../libs/event-store/src/postgres/index.js';
import {
  commandDispatchSubscription,
  CommandRegistry,
  Process,
  ProcessManager,
  rejectionSignal,
  rejectionSignalId,
  StartsWith,
} from '../../libs/event-store/src/processes/index.js';
import { On } from '../../libs/event-store/src/subscriptions/index.js';
import { startProcessReplica } from '../../libs/event-store/src/testing/postgres/process-replica.js';
import { Book, TripNoted, TripPlanned, Unbook } from '../../libs/event-store/src/testing/trip.process.js';
import { contextNames, factsOf, MIGRATIONS_TABLE } from './contexts.js';
import { main } from './program.js';

const [context] = contextNames();
const WITHIN_MS = 60_000;

class Refused extends DomainError {
  readonly code = 'refused';
}

/** What fails now: a note, or an undo. */
const broken = new Set<string>();

@ProcessManager('journey')
class Journey extends Process<{ notes: string[] }> {
  state: { notes: string[] } = { notes: [] };

  @StartsWith(TripPlanned)
  planned({ legs }: TripPlanned): void {
    this.correlateAlso(`ticket-${this.id}`);
    for (const leg of legs) this.send(new Book(leg), { undo: new Unbook(leg) });
  }

  @On(TripNoted)
  noted({ note }: TripNoted): void {
    if (broken.has(note)) throw new Refused(`no ${note}`);
    this.state.notes.push(note);
  }
}

describe.skipIf(context === undefined)('es processes', { timeout: WITHIN_MS }, () => {
  let empty: TestDatabase;
  let dataSource: DataSource;
  let database: PostgresDatabase;
  let store: PostgresEventStore;
  let stop: () => Promise<unknown>;
  const registry = new EventRegistry().register(TripPlanned, TripNoted);
  let happened = 0;

  beforeAll(async () => {
    empty = await createTestDatabase();
    const connection = { url: empty.url, applicationName: 'es-test', poolSize: 10 };
    dataSource = new DataSource({
      ...dataSourceConnection(connection),
      migrations: [...eventStoreMigrations, ...(await factsOf(context!)).migrations],
      migrationsTableName: MIGRATIONS_TABLE,
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
    database = new PostgresDatabase({ ...connection, dataSource });
    const waking = new Waking({});
    store = new PostgresEventStore({ database, onAppended: () => waking.signal('events') });
    const processes = new PostgresProcessStore(database, waking);
    const dispatch = commandDispatchSubscription({
      async execute({ type, data }) {
        if (broken.has(`${type} ${(data as Book).leg}`)) throw new Refused('It cannot be undone.');
      },
      onRejected: (command, rejection) => processes.signal(rejectionSignal(command, rejection)!),
      wasRejected: (command) => processes.hasSignal(rejectionSignalId(command)!),
    });
    stop = startProcessReplica({
      test: { url: empty.url, database, unitOfWork: new PostgresUnitOfWork(database) },
      waking,
      owner: 'es-test',
      instance: new Journey(),
      registry,
      commands: new CommandRegistry().register(Book, Unbook),
      inboundTypes: new Set(),
      besides: [dispatch],
    });
  }, WITHIN_MS);
  afterAll(async () => {
    await stop();
    await database.close();
    await dataSource.destroy();
    await empty.drop();
  });

  const happen = (id: string, ...events: object[]) =>
    store.append({
      stream: `trip-${id}`,
      expected: 'any',
      events: events.map((event) => {
        const eventId = deterministicId('es processes', (happened += 1));
        return { id: eventId, ...registry.encode(event), metadata: { correlationId: eventId } };
      }),
    });
  async function es(...args: string[]) {
    const said = { out: '', err: '' };
    const code = await main(['processes', ...args, '--context', context!], {
      out: (line) => (said.out += `${line}\n`),
      note: (line) => (said.err += `${line}\n`),
      look: { width: 160, color: false },
      environment: { DATABASE_URL: empty.url },
      signal: new AbortController().signal,
    });
    return { code, ...said };
  }
  const shows = (id: string, text: string | RegExp) =>
    eventually(async () => expect((await es('show', `journey/${id}`)).out).toMatch(text), { timeoutMs: 20_000 });
  const sentBy = async (id: string) => {
    const rows = await dataSource.query<{ what: string; reason: string | null }[]>(
      `SELECT type || ' ' || (data->>'leg') AS what, metadata->>'reason' AS reason FROM event_store.outgoing_commands WHERE key = $1 ORDER BY position`,
      [`journey/${id}`],
    );
    return rows.map(({ what }) => what);
  };

  it('lists one that does not go on with the reason, shows it by any of its keys, and retries it', async () => {
    broken.add('bad note');
    await happen('1', new TripPlanned(['air']), new TripNoted('bad note'), new TripNoted('behind'));
    await shows('1', /trip\.noted parked after 1 attempts \(.*\): refused: no bad note/);
    const listed = await es('list');
    expect(listed.out).toContain('1 stuck');
    expect(listed.out).toMatch(
      /journey\/1 {2}running, changed .*\n {4}parked: trip\.noted, after 1 attempt: refused: no bad note/,
    );
    const byKey = await es('show', 'journey/ticket-1');
    expect(byKey.out).toContain('journey/1');
    expect(byKey.out).toContain('also found by ticket-1');
    expect(byKey.out).toContain('can still be taken back by Unbook');
    broken.clear();
    expect((await es('retry', 'journey/1', '--reason', 'mended', '--dry-run')).out).toMatch(
      /^Dry run, nothing is changed: .*; 1 behind/,
    );
    expect(await es('retry', 'journey/1', '--reason', 'mended', '--actor', 'olga')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^journey\/1: due now: .*\/journey\/events\/\d+; 1 behind follow in order\./),
    });
    await eventually(async () => expect((await es('list')).out).toContain('no process is stuck'));
    await shows('1', /process\.retry by olga as postgres: mended/);
    expect(await es('retry', 'journey/1', '--reason', 'again')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Nothing of journey/1 is parked'),
    });
  });

  it('takes one back with a reason, although it is stuck: last step first, recorded, once', async () => {
    broken.add('bad note');
    await happen('2', new TripPlanned(['air', 'rail', 'sea']), new TripNoted('bad note'));
    await shows('2', /parked after/);
    const order = ['compensate', 'journey/2', '--reason', 'the airline is bankrupt', '--actor', 'olga'];
    expect(await es(...order, '--dry-run')).toMatchObject({
      code: 0,
      out: 'Dry run, nothing is changed: journey/2 would end, and send: Unbook, Unbook, Unbook.\n',
    });
    expect(await sentBy('2')).toHaveLength(3);
    expect(JSON.parse((await es(...order, '--json')).out)).toMatchObject({
      process: 'journey',
      id: '2',
      dryRun: false,
      sends: ['Unbook', 'Unbook', 'Unbook'],
      behind: [],
    });
    await shows('2', /journey\/2 {2}.* {2}compensated, changed/);
    expect((await sentBy('2')).slice(3)).toEqual(['Unbook sea', 'Unbook rail', 'Unbook air']);
    const shown = (await es('show', 'journey/2')).out;
    expect(shown).toContain('taken back by olga: the airline is bankrupt');
    expect(shown).toContain('process.compensate by olga as postgres: the airline is bankrupt');
    expect(await es(...order)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^ES-1509: Process journey 2 cannot be compensated: .*taken back already/),
    });
    expect((await es('retry', 'journey/2', '--reason', 'meets the tombstone')).code).toBe(0);
    await eventually(async () => expect((await es('list')).out).toContain('no process is stuck'));
  });

  it('refuses to take back what is not there', async () => {
    expect(await es('compensate', 'journey/nobody', '--reason', 'x')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^ES-1509: Process journey nobody cannot be compensated: .*there is none/),
    });
  });

  it('lists one that could not be taken back as a whole, with the reason, until it is', async () => {
    broken.clear();
    broken.add('Unbook air');
    await happen('3', new TripPlanned(['air', 'rail']));
    await shows('3', 'can still be taken back by Unbook, Unbook');
    expect((await es('compensate', 'journey/3', '--reason', 'called off')).code).toBe(0);
    await shows('3', 'not taken back, Unbook was refused: refused: It cannot be undone.');
    expect((await es('list')).out).toMatch(
      /journey\/3 {2}compensated, .*\n {4}not taken back, Unbook was refused: refused: It cannot/,
    );
    broken.clear();
    expect((await es('compensate', 'journey/3', '--reason', 'they let us now')).out).toBe(
      'journey/3 is told to end, and to send: Unbook.\n',
    );
    await eventually(async () => expect((await es('list')).out).toContain('no process is stuck'));
    expect(await sentBy('3')).toEqual(['Book air', 'Book rail', 'Unbook rail', 'Unbook air', 'Unbook air']);
  });
});
