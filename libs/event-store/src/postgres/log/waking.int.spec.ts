// Wakes across processes (two of them played by two objects), and never gets in the way when it cannot.
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/postgres.js';
import { startFaultProxy } from '../../../../../tools/faults/fault-proxy.js';
import { Waking, type WakingOptions } from './waking.js';

const never = new AbortController().signal;

describe('Waking', () => {
  let database: TestDatabase;
  let admin: pg.Client;
  const open: Waking[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    admin = new pg.Client(database.url);
    await admin.connect();
  });
  afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));
  afterAll(async () => {
    await admin.end();
    await database.drop();
  });

  const wakingOf = (options: WakingOptions = {}): Waking => {
    const waking = new Waking({ connection: { url: database.url, applicationName: 'test' }, ...options });
    open.push(waking);
    return waking;
  };
  const listening = async (options: WakingOptions = {}): Promise<Waking> => {
    const waking = wakingOf(options);
    await waking.changed('events', 0, 0, never);
    await eventually(() => expect(waking.status).toBe('up'));
    return waking;
  };
  const sessions = async (purpose: string): Promise<number[]> => {
    const text = `SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()`;
    const { rows } = await admin.query<{ pid: number }>(text, [`test ${purpose}`]);
    return rows.map(({ pid }) => pid);
  };
  const wakes = async (from: Waking, to: Waking): Promise<void> => {
    const changed = to.changed('events', to.heard('events'), 20_000, never);
    from.signal('events');
    const started = performance.now();
    await changed;
    expect(performance.now() - started).toBeLessThan(10_000);
  };

  it('wakes readers of the same log in this process at once, and no others', async () => {
    const waking = new Waking();
    const changed = Promise.all([
      waking.changed('events', 0, 15_000, never),
      waking.changed('events', 0, 15_000, never),
    ]);
    waking.signal('events');
    await changed;
    expect([waking.heard('events'), waking.heard('inbound')]).toEqual([1, 0]);
  });

  it('wakes readers in other processes', async () => {
    const [writer, reader] = [wakingOf(), await listening()];
    const before = reader.heard('events');
    await wakes(writer, reader);
    expect(reader.heard('events')).toBe(before + 1);
  });

  it('sends one NOTIFY for many signals', async () => {
    const [writer] = [wakingOf(), await listening()];
    const heard = vi.fn<() => void>();
    admin.on('notification', heard);
    await admin.query('LISTEN event_store');
    for (let n = 0; n < 1_000; n += 1) writer.signal('events');
    await eventually(() => expect(heard).toHaveBeenCalled());
    await writer.close();
    await admin.query('UNLISTEN event_store');
    admin.off('notification', heard);
    expect(heard.mock.calls.length).toBeLessThan(5);
  });

  it('sends none while nobody else listens, and again when somebody does', async () => {
    const writer = await listening(); // its own listener does not count
    const heard = vi.fn<() => void>();
    admin.on('notification', heard);
    await admin.query('LISTEN event_store');
    for (let n = 0; n < 10; n += 1) {
      writer.signal('events');
      await eventually(async () => expect(await sessions('notify')).toHaveLength(1));
    }
    await admin.query('SELECT 1');
    expect(heard).not.toHaveBeenCalled();
    await wakes(writer, await listening()); // at the next look at the latest
    await eventually(() => expect(heard).toHaveBeenCalled());
    await admin.query('UNLISTEN event_store');
    admin.off('notification', heard);
  });

  it('does not count its own NOTIFY a second time', async () => {
    const [both, other] = [await listening(), await listening()];
    const before = [both, other].map((each) => each.heard('events'));
    both.signal('events');
    await eventually(() => expect(other.heard('events')).toBe(before[1]! + 1));
    other.signal('inbound'); // comes after the first one on every connection
    await eventually(() => expect(both.heard('inbound')).toBe(1));
    expect(both.heard('events')).toBe(before[0]! + 1);
  });

  it('listens again after its connection was cut', async () => {
    const [writer, reader] = [wakingOf(), await listening()];
    await wakes(writer, reader);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'test %' AND datname = current_database()`,
    );
    await eventually(() => expect(reader.status).toBe('down'));
    await eventually(() => expect(reader.status).toBe('up'));
    await wakes(writer, reader);
  });

  it('finds out by its probe that its connection is half open, and listens anew; until then whoever waits looks again in time [30]', async () => {
    const proxy = await startFaultProxy({ target: database.url });
    const reader = await listening({ connection: { url: proxy.url, applicationName: 'test' }, probeMs: 100 });
    const writer = wakingOf();
    await wakes(writer, reader);
    const before = reader.heard('events');
    await proxy.mode('blackhole');
    await proxy.mode('pass'); // for connections to come; the one that is there stays as it is
    writer.signal('events');
    await reader.changed('events', before, 50, never);
    expect([reader.status, reader.heard('events')]).toEqual(['up', before]); // it does not know yet
    await eventually(() => expect(reader.status).toBe('down'), { timeoutMs: 15_000 });
    await eventually(() => expect(reader.status).toBe('up'));
    await wakes(writer, reader);
    await reader.close();
    await proxy.close();
  });

  it('where PostgreSQL refuses its NOTIFY: says so, and whoever waits looks again in time [31]', async () => {
    const channel = 'c'.repeat(64); // LISTEN cuts a name that is too long, pg_notify refuses it
    const warn = vi.fn<(message: string) => void>();
    const reader = await listening({ channel });
    const writer = wakingOf({ channel, warn });
    const before = reader.heard('events');
    writer.signal('events');
    expect(writer.heard('events')).toBe(1);
    await eventually(() =>
      expect(warn).toHaveBeenCalledWith(expect.stringMatching(/were not woken/), expect.anything()),
    );
    await reader.changed('events', before, 50, never);
    expect(reader.heard('events')).toBe(before);
  });

  it('without a database: neither throws nor stops waking inside the process, and says what is wrong', async () => {
    const warn = vi.fn<(message: string) => void>();
    const nowhere = new URL(database.url);
    nowhere.port = '1';
    const waking = wakingOf({ connection: { url: nowhere.href, applicationName: 'test' }, warn });
    const changed = waking.changed('events', 0, 15_000, never);
    waking.signal('events');
    await changed;
    await waking.changed('events', waking.heard('events'), 10, never);
    await eventually(() => expect(warn.mock.calls.length).toBeGreaterThanOrEqual(2)); // the listener and the notifier
    expect(waking.status).toBe('down');
  });

  it('closes cleanly: wakes who waits, sends what is pending, leaves no connection', async () => {
    const [writer, reader] = [wakingOf(), await listening()];
    const changed = reader.changed('events', reader.heard('events'), 20_000, never);
    writer.signal('events');
    await Promise.all([reader.close(), writer.close(), changed]);
    await eventually(async () => expect([await sessions('listen'), await sessions('notify')]).toEqual([[], []]));
  });
});
