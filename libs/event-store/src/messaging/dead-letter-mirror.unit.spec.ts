// What is parked appears on the dead-letter topic, whatever happens to the broker or the process meanwhile.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  recordOf,
  systemIds,
  UnavailableError,
  type LogName,
  type ParkedMessage,
  type SettledLog,
} from '../core/index.js';
import { createMemoryStore, MemoryBroker, MovableClock, type MemoryStore } from '../memory/index.js';
import { silentLogger } from '../subscriptions/index.js';
import { eventually } from '../../../../test/support/eventually.js';
import { DeadLetterMirror } from './dead-letter-mirror.js';
import type { ReceivedMessage } from './broker.js';
import type { DeadLetterStore } from './dead-letters.js';
import { MAX_MESSAGE_BYTES } from './admission.js';

const topic = 'order.dead-letter';

interface Parts {
  readonly deadLetters: DeadLetterStore;
  readonly logs: Readonly<Record<LogName, SettledLog>>;
}

describe('the dead-letter mirror', () => {
  let clock: MovableClock;
  let store: MemoryStore;
  let broker: MemoryBroker;
  let received: ReceivedMessage[];
  const mirrors: DeadLetterMirror[] = [];

  beforeEach(() => {
    clock = new MovableClock();
    store = createMemoryStore({ clock });
    broker = new MemoryBroker({ clock });
    received = [];
  });
  afterEach(async () => {
    await Promise.all(mirrors.splice(0).map((one) => one.stop()));
    await broker.close();
  });

  function mirror({ deadLetters = store.deadLetters, logs = store.logs }: Partial<Parts> = {}): DeadLetterMirror {
    const one = new DeadLetterMirror({
      topic,
      service: 'order-service',
      store: deadLetters,
      broker,
      logs,
      refOf: (letter) =>
        letter.kind === 'record'
          ? `order-service/summary/events/${letter.message.position}`
          : `order-service/unreadable/${letter.id}`,
      clock,
      ids: systemIds,
      logger: silentLogger,
    });
    mirrors.push(one);
    one.start();
    return one;
  }

  async function listen(): Promise<void> {
    await broker.ensureTopics([{ name: topic, partitions: 1 }]);
    await broker.consume({
      group: 'watcher',
      topics: [topic],
      handler: async (batch) => (received.push(...batch), 'ack'),
    });
  }

  /** One event in the log, given up by the subscription `summary`. */
  async function park(data: object = { total: 7 }): Promise<bigint> {
    const id = randomUUID();
    const { position } = await store.events.append({
      stream: `order-${id}`,
      expected: 'no-stream',
      events: [
        { id, type: 'order.placed', schemaVersion: 1, data, metadata: { correlationId: 'c-1', actor: 'alice' } },
      ],
    });
    const { name, log }: Pick<ParkedMessage, 'name' | 'log'> = { name: 'summary', log: 'events' };
    const record = { position, id, type: 'order.placed', key: `order-${id}` };
    await store.parking.setAside({ name, log }, record, { attempts: 8, reason: 'ES-1201: down', delayMs: undefined });
    return position;
  }

  const receive = (value: Buffer | null, key: string | null = 'k') =>
    store.inbound.store(
      [],
      [
        {
          message: {
            topic: 'shop.payment',
            partition: 2,
            offset: '17',
            key,
            headers: { ce_id: 'm-1', own: 'x' },
            value,
          },
          reasonCode: 'not-json',
          detail: 'The value is not JSON in UTF-8.',
        },
      ],
    );
  const arrived = (count: number) => eventually(() => expect(received).toHaveLength(count));
  const rest = (one: DeadLetterMirror) =>
    eventually(async () => {
      expect(await store.deadLetters.waiting()).toBe(0);
      expect(one.status()).toEqual({ name: 'dead-letters', state: 'running', waiting: 0 });
    });

  it('publishes a record that was given up, with its key and data, what its headers said, and why it is parked', async () => {
    await listen();
    const position = await park();
    await rest(mirror());
    await arrived(1);
    const [{ key, headers, value }] = received as [ReceivedMessage];
    expect(JSON.parse(value!.toString())).toEqual({ total: 7 });
    expect(key).toBe(headers['ce_subject']);
    expect(headers).toMatchObject({
      ce_type: 'order.placed',
      ce_correlationid: 'c-1',
      'dead-letter-id': `order-service/summary/events/${position}`,
      'dead-letter-service': 'order-service',
      'dead-letter-subscription': 'summary',
      'dead-letter-code': 'ES-1201',
      'dead-letter-reason': 'ES-1201: down',
      'dead-letter-attempts': '8',
      'dead-letter-place': `events/${position}`,
      'dead-letter-parked-at': expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    expect(JSON.stringify(headers)).not.toContain('alice');
    expect((await store.parking.list({})).map(({ status }) => status)).toEqual(['parked']);
  });

  it('publishes a message that nobody could read byte for byte, with the headers it had', async () => {
    await listen();
    await receive(Buffer.from([0xff, 0, 1]));
    await rest(mirror());
    await arrived(1);
    expect(received[0]).toMatchObject({
      key: 'k',
      value: Buffer.from([0xff, 0, 1]),
      headers: {
        ce_id: 'm-1',
        own: 'x',
        'dead-letter-id': 'order-service/unreadable/1',
        'dead-letter-code': 'not-json',
        'dead-letter-subscription': 'inbox',
        'dead-letter-place': 'shop.payment/2@17',
      },
    });
  });

  it('leaves encrypted what is stored so', async () => {
    await listen();
    await park({ name: { $personal: 'sealed' } });
    const opened = (position: bigint) =>
      store.logs.events.readAt(position).then((record) => record && recordOf(record, { data: { name: 'Alice' } }));
    const decrypting = Object.assign(Object.create(store.logs.events) as SettledLog, {
      readAt: opened,
      encrypted: store.logs.events,
    });
    await rest(mirror({ logs: { ...store.logs, events: decrypting } }));
    await arrived(1);
    expect(JSON.parse(received[0]!.value!.toString())).toEqual({ name: { $personal: 'sealed' } });
  });

  it('makes the topic where there is none, and takes one that is there as it is', async () => {
    await park();
    const one = mirror();
    await rest(one);
    const partitions = async () => (await broker.describe('watcher', [topic])).topics.map((found) => found.partitions);
    expect(await partitions()).toEqual([1]);
    await one.stop();

    broker = new MemoryBroker({ clock });
    await broker.ensureTopics([{ name: topic, partitions: 6 }]);
    await park();
    await rest(mirror());
    expect(await partitions()).toEqual([6]);
    expect((await broker.lag('watcher', [topic])).map(({ messages }) => messages)).toEqual([1]);
  });

  it('says so where the broker takes no payload of that size, where there was none, and where nothing of it can travel', async () => {
    await listen();
    await receive(Buffer.alloc(MAX_MESSAGE_BYTES + 1));
    await store.inbound.store(
      [],
      [
        {
          message: { topic: 't', partition: 0, offset: '1', key: null, headers: {}, value: null },
          reasonCode: 'tombstone',
          detail: '',
        },
        {
          message: {
            topic: 't',
            partition: 0,
            offset: '2',
            key: 'bad \u0000 key',
            headers: { ce_id: '\ufffd' },
            value: Buffer.from('x'),
          },
          reasonCode: 'invalid-key',
          detail: '',
        },
      ],
    );
    await rest(mirror());
    await arrived(3);
    const found = new Map(received.map((message) => [message.headers['dead-letter-id'], message]));
    expect(new Set(found.keys())).toEqual(new Set([1, 2, 3].map((id) => `order-service/unreadable/${id}`)));
    const leftOut = (id: number) => found.get(`order-service/unreadable/${id}`)!.headers['dead-letter-left-out'];
    expect(leftOut(1)).toBe(`the payload of ${MAX_MESSAGE_BYTES + 1} bytes: the broker refused it`);
    expect(found.get('order-service/unreadable/1')!.headers).toMatchObject({
      own: 'x',
      'dead-letter-code': 'not-json',
    });
    expect(leftOut(2)).toBe('nothing: it came without a payload');
    expect(leftOut(3)).toMatch(/^key, headers and the payload of 1 bytes/);
    expect(found.get('order-service/unreadable/3')).toMatchObject({ key: 'order-service/unreadable/3' });
  });

  it('waits while the broker is away, says how many wait, and catches up', async () => {
    await listen();
    broker.unavailable(true);
    await park();
    const one = mirror();
    await eventually(() => expect(one.status()).toMatchObject({ state: 'backing-off', waiting: 1 }));
    expect(one.status().lastError).toBeInstanceOf(UnavailableError);
    broker.unavailable(false);
    clock.advance(60_000);
    await rest(one);
    await arrived(1);
  });

  it('marks what the broker has, although it takes one letter in no form: only that one comes again', async () => {
    await listen();
    const stubborn = `order-service/summary/events/${await park()}`;
    await park();
    const publish = broker.publish.bind(broker);
    let refusals = 0;
    broker.publish = async (messages) => {
      const index = messages.findIndex(({ headers }) => headers['dead-letter-id'] === stubborn);
      await publish(messages.filter((_, place) => place !== index));
      if (index < 0) return [];
      refusals += 1;
      return [{ index, error: new Error('not this one') }];
    };
    const one = mirror();
    await eventually(() => expect(one.status()).toMatchObject({ state: 'backing-off', waiting: 1 }));
    const before = refusals;
    clock.advance(61_000);
    await eventually(() => expect(refusals).toBeGreaterThan(before));
    expect(received).toHaveLength(1);
  });

  it('repeats what a crash came between, and loses nothing', async () => {
    await listen();
    await park();
    const { deadLetters } = store;
    let marks = 0;
    const dying: DeadLetterStore = {
      claim: (limit: number, ms: number) => deadLetters.claim(limit, ms),
      waiting: () => deadLetters.waiting(),
      mirrored: () => {
        marks += 1;
        return new Promise<void>(() => undefined); // killed before it could mark
      },
    };
    mirror({ deadLetters: dying });
    await eventually(() => expect(marks).toBe(1));
    expect(received).toHaveLength(1);
    mirrors.splice(0);
    const next = mirror();
    await eventually(() => expect(next.status().waiting).toBe(1)); // the claim of the dead one is still running
    clock.advance(61_000);
    await rest(next);
    await arrived(2);
    expect(received[0]!.headers['dead-letter-id']).toBe(received[1]!.headers['dead-letter-id']);
  });

  it('of two replicas sends each once', async () => {
    await listen();
    for (let index = 0; index < 120; index += 1) await park();
    await Promise.all([mirror(), mirror()].map(rest));
    await arrived(120);
    expect(new Set(received.map(({ headers }) => headers['dead-letter-id'])).size).toBe(120);
  });
});
