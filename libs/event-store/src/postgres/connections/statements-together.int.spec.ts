// What pg's client does with several statements in one, against a real server.
import pg, { type CustomTypesConfig, type QueryConfig, type QueryResult } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/postgres.js';
import { StatementsTogether, type WaitingStatement } from './statements-together.js';

const BEGIN = { name: 'begin', text: 'BEGIN' };
const COMMIT = { name: 'commit', text: 'COMMIT' };
const insert = (n: number) => ({ name: 'insert', text: 'INSERT INTO t VALUES ($1)', values: [n] });
const failing = { text: 'SELECT 1 / $1::int', values: [0] };
const unwritable = { toPostgres: () => new Map<string, { me: unknown }>().get('it')!.me };
const rowsOf = { name: 'rows', text: 'SELECT n FROM t WHERE n > $1 ORDER BY n', values: [0] };

describe('statements sent together', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    await (await connect()).query('CREATE TABLE t (n int PRIMARY KEY)');
    await client.end();
  });
  beforeEach(async () => {
    await (await connect()).query('TRUNCATE t');
  });
  afterEach(() => client.end());
  afterAll(() => database.drop());

  async function connect(options: pg.ClientConfig = {}): Promise<pg.Client> {
    client = new pg.Client({ connectionString: database.url, ...options });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** What each comes to: what the server did, or what is wrong. */
  async function together(configs: readonly QueryConfig[]): Promise<string[]> {
    const results: Promise<QueryResult>[] = [];
    const statements = configs.map(
      (config) =>
        new Promise<WaitingStatement>((made) =>
          results.push(new Promise((resolve, reject) => made({ config, resolve, reject }))),
        ),
    );
    client.query(new StatementsTogether(await Promise.all(statements), client));
    const told = ({ command, rows }: QueryResult) => [command, ...rows.map((row) => JSON.stringify(row))].join(' ');
    return Promise.all(results.map((result) => result.then(told, ({ message }: Error) => message)));
  }

  /** On the same client, so that it is seen to be of use still. */
  async function numbers(): Promise<number[]> {
    return (await client.query<{ n: number }>(rowsOf)).rows.map(({ n }) => n);
  }

  it('give each its own result, named or not, prepared before or not', async () => {
    const statements = [BEGIN, insert(1), { text: 'SELECT $1::int AS sent', values: [5] }, rowsOf, COMMIT];
    expect(await together(statements)).toEqual(['BEGIN', 'INSERT', 'SELECT {"sent":5}', 'SELECT {"n":1}', 'COMMIT']);
    statements[1] = insert(2);
    expect((await together(statements))[3]).toBe('SELECT {"n":1} {"n":2}');
    expect(await numbers()).toEqual([1, 2]);
  });

  it('are written at once', async () => {
    const { stream } = (client as unknown as { connection: { stream: { write: unknown; writableCorked: number } } })
      .connection;
    const corked: number[] = [];
    const { write } = stream as unknown as { write: (...of: unknown[]) => boolean };
    stream.write = (...of: unknown[]) => {
      corked.push(stream.writableCorked);
      return write.apply(stream, of);
    };
    await together([BEGIN, insert(1), COMMIT]);
    expect(corked.length).toBeGreaterThan(5);
    expect(Math.min(...corked)).toBeGreaterThan(0);
  });

  it('end with the first that fails: a COMMIT behind it is not executed', async () => {
    expect(await together([BEGIN, insert(1), failing, insert(2), COMMIT])).toEqual([
      'BEGIN',
      'INSERT',
      ...Array<string>(3).fill('division by zero'),
    ]);
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK');
    expect(await numbers()).toEqual([]);
  });

  it('leave what was skipped to be prepared another time', async () => {
    await together([BEGIN, failing, insert(1)]);
    await client.query('ROLLBACK');
    await client.query(insert(2));
    expect(await numbers()).toEqual([2]);
  });

  it('leave what could not be prepared to be prepared another time', async () => {
    const unknown = { name: 'soon', text: 'SELECT $1::int AS n FROM soon', values: [1] };
    const [begun, failed] = await together([BEGIN, unknown]);
    expect([begun, failed]).toEqual(['BEGIN', 'relation "soon" does not exist']);
    await client.query('ROLLBACK; CREATE TEMPORARY TABLE soon AS SELECT 1');
    expect(await together([unknown])).toEqual(['SELECT {"n":1}']);
  });

  it.each<[string, QueryConfig, string]>([
    [
      'its value cannot be written',
      { text: 'SELECT $1', values: [unwritable] },
      `Cannot read properties of undefined (reading 'me')`,
    ],
    [
      'its name belongs to another text',
      { name: 'begin', text: 'SELECT 1' },
      `Prepared statements must be unique - 'begin' was used for a different statement`,
    ],
  ])('send nothing from the one on that the driver refuses, because %s', async (_, refused, message) => {
    expect(await together([BEGIN, insert(1), refused, COMMIT])).toEqual(['BEGIN', 'INSERT', message, message]);
    expect((await client.query('ROLLBACK')).command).toBe('ROLLBACK');
    expect(await together([refused, insert(1)])).toEqual([message, message]);
    expect(await numbers()).toEqual([]);
  });

  it.each<[string, (query: QueryConfig) => Promise<unknown>]>([
    ['first of all', () => Promise.resolve()],
    ['when it has been prepared', (query) => together([query])],
    ['behind one that fails', (query) => together([failing, { ...query, values: [unwritable] }])],
    [
      'prepared, behind one that fails',
      (query) => together([query]).then(() => together([failing, { ...query, values: [unwritable] }])),
    ],
    ['alone', (query) => together([{ ...query, values: [unwritable] }])],
  ])('know whether a statement is prepared whose value could not be written, %s', async (_, before) => {
    const named = { name: 'named', text: 'SELECT 6 / $1::int AS n', values: [1] };
    await before(named);
    await together([BEGIN, { ...named, values: [unwritable] }, COMMIT]);
    await client.query('ROLLBACK');
    expect(await together([named, rowsOf])).toEqual(['SELECT {"n":6}', 'SELECT']);
    expect(await together([{ ...named, values: [0] }])).toEqual(['division by zero']);
    expect(await together([named])).toEqual(['SELECT {"n":6}']);
    expect((await client.query({ ...named, values: [2] })).rows).toEqual([{ n: 3 }]);
  });

  it('may be objects of a class that makes their text', async () => {
    class Query {
      readonly values = [1];
      get text() {
        return 'SELECT $1::int AS n';
      }
    }
    expect(await together([BEGIN, new Query(), COMMIT])).toEqual(['BEGIN', 'SELECT {"n":1}', 'COMMIT']);
  });

  it('have the time that each of them has', async () => {
    await client.end();
    await connect({ query_timeout: 300 });
    const slow = { text: 'SELECT pg_sleep($1)', values: [0.2] };
    expect(await together([slow, slow])).not.toContain('Query read timeout');
  });

  it('all fail when their time is over, and nobody minds the answer that comes late', async () => {
    await client.end();
    await connect({ query_timeout: 100 });
    const slow = { text: 'SELECT pg_sleep($1)', values: [0.5] };
    const outcomes = await together([BEGIN, slow, insert(1)]);
    expect(outcomes.slice(1)).toEqual(['Query read timeout', 'Query read timeout']);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await client.query('ROLLBACK')).command).toBe('ROLLBACK');
    expect(await together([BEGIN, insert(1), COMMIT])).toEqual(['BEGIN', 'INSERT', 'COMMIT']); // prepared by then
    expect(await numbers()).toEqual([1]);
  });

  it('all fail when their connection is lost', async () => {
    const cut = { text: 'SELECT pg_terminate_backend(pg_backend_pid(), $1)', values: [1_000] };
    const [begun, ...rest] = await together([BEGIN, cut, insert(1), COMMIT]);
    expect(begun).toBe('BEGIN');
    expect(new Set(rest)).toEqual(new Set(['terminating connection due to administrator command']));
  });

  it('go by the parsers of the client, but for those who have their own', async () => {
    const as = (prefix: string): CustomTypesConfig => ({
      getTypeParser: () => (value: unknown) => `${prefix} ${value as string}`,
    });
    await client.end();
    await connect({ types: as('client') });
    const one = { text: 'SELECT $1::int AS n', values: [1] };
    expect(await together([one, { ...one, types: as('own') }])).toEqual([
      'SELECT {"n":"client 1"}',
      'SELECT {"n":"own 1"}',
    ]);
  });

  it('may be nothing but a comment', async () => {
    expect(await together([{ name: 'nothing', text: '--' }, insert(1)])).toEqual(['', 'INSERT']);
  });
});
