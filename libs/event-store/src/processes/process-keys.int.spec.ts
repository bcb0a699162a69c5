// Two workers, one for each log, give one key to two processes at the same time on a real database: one of them has it, and the other says so.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../test/support/event-store-database.js';
import { eventually } from '../../../../test/support/eventually.js';
import { deterministicId, Event, EventRegistry } from '../core/index.js';
import { PostgresInboundLog, PostgresParkingStore, Waking } from '../postgres/index.js';
import { On } from '../subscriptions/index.js';
import { startProcessReplica } from '../testing/postgres/process-replica.js';
import { CommandRegistry } from './command-registry.js';
import { Process } from './process.js';
import { ProcessManager, StartsWith } from './process.decorators.js';

@Event('claim.opened')
class Opened {}

/** Of the own log. */
@Event('claim.named')
class Named {
  constructor(readonly key: string) {}
}

/** Of another context, as what carries only the key. */
@Event('desk.named')
class Reported {
  constructor(
    readonly claimId: string,
    readonly key: string,
  ) {}
}

@Event('desk.settled')
class Settled {
  constructor(readonly key: string) {}
}

class Pay {
  constructor(readonly claimId: string) {}
}

/** Holds each reaction that names a key until the other log's has come to the same point. */
class Meeting {
  private waiting: (() => void)[] = [];

  async bothHere(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length === 2) for (const go of this.waiting.splice(0)) go();
      else setTimeout(resolve, 2_000); // an attempt that is repeated meets nobody
    });
  }
}

@ProcessManager('claims', {
  correlate: (event, { stream }) =>
    event instanceof Settled ? event.key : event instanceof Reported ? event.claimId : stream.id,
})
class Claims extends Process<{ settled: number }> {
  state = { settled: 0 };
  private readonly meeting = new Meeting();

  @StartsWith(Opened)
  opened(): void {}

  @On(Named)
  async named({ key }: Named): Promise<void> {
    await this.meeting.bothHere();
    this.correlateAlso(key);
  }

  @On(Reported)
  async reported({ key }: Reported): Promise<void> {
    await this.meeting.bothHere();
    this.correlateAlso(key);
  }

  @On(Settled)
  settled(): void {
    this.state.settled += 1;
    this.send(new Pay(this.id));
  }
}

describe('several keys on PostgreSQL', () => {
  let test: TestStore;
  let waking: Waking;
  let stop: () => Promise<unknown>;
  const registry = new EventRegistry().register(Opened, Named, Reported, Settled);
  let stored = 0;

  beforeAll(async () => {
    waking = new Waking({});
    test = await openTestStore({ poolSize: 12, onAppended: () => waking.signal('events') });
    stop = startProcessReplica({
      test,
      waking,
      owner: 'replica',
      instance: new Claims(),
      registry,
      commands: new CommandRegistry().register(Pay),
      inboundTypes: new Set(['desk.named', 'desk.settled']),
    });
  });
  afterAll(async () => {
    await stop();
    await test.close();
  });

  const nextId = () => deterministicId('several keys', (stored += 1));
  const append = (id: string, event: object) =>
    test.store.append({
      stream: `claim-${id}`,
      expected: 'any',
      events: [{ id: nextId(), ...registry.encode(event), metadata: { correlationId: 'c' } }],
    });
  const receive = (event: object) => {
    const id = nextId();
    const message = {
      id,
      topic: 'desk',
      key: 'x',
      ...registry.encode(event),
      version: 0,
      metadata: { correlationId: id },
    };
    return new PostgresInboundLog(test.database, waking).store([{ ...message, contentHash: id }], []);
  };
  const query = <R>(text: string) => test.dataSource.query<R[]>(text);

  it(
    'go to one process each, whoever wants them in the same moment; what carries them reaches that one',
    { timeout: 60_000 },
    async () => {
      const rounds = Array.from({ length: 8 }, (_, index) => ({ a: `a${index}`, b: `b${index}`, key: `key${index}` }));
      for (const { a, b, key } of rounds) {
        await receive(new Settled(key)); // before anybody has the key
        await append(a, new Opened());
        await append(b, new Opened());
      }
      await eventually(async () => expect(await query('SELECT 1 FROM event_store.processes')).toHaveLength(16));
      for (const { a, b, key } of rounds) await Promise.all([append(a, new Named(key)), receive(new Reported(b, key))]);
      const keys = () =>
        query<{ key: string; id: string }>('SELECT key, id FROM event_store.process_keys ORDER BY key');
      const parking = new PostgresParkingStore(test.database);
      await eventually(async () => expect(await parking.list({ status: 'parked' })).toHaveLength(8), {
        timeoutMs: 40_000,
      });
      const owners = await keys();
      expect(owners.map(({ key }) => key)).toEqual(rounds.map(({ key }) => key));
      const parked = await parking.list({ status: 'parked' });
      for (const [index, { id: owner, key }] of owners.entries()) {
        const loser = owner === rounds[index]!.a ? rounds[index]!.b : rounds[index]!.a;
        const reasons = parked.filter((one) => one.key === loser).map(({ reason }) => reason);
        expect(reasons).toEqual([
          expect.stringMatching(`^ES-1508: Process claims ${loser} wants the key ${key},.* ${owner}\\.`),
        ]);
      }
      await eventually(
        async () => {
          const sent = await query<{ data: Pay }>('SELECT data FROM event_store.outgoing_commands');
          expect(sent.map(({ data }) => data.claimId).toSorted()).toEqual(owners.map(({ id }) => id).toSorted());
        },
        { timeoutMs: 20_000 },
      );
      expect(await parking.list({ status: 'waiting' })).toEqual([]);
      expect(await query(`SELECT 1 FROM event_store.processes WHERE status = 'new'`)).toEqual([]);
    },
  );
});
