// The parts of the adapter that need no Kafka: names, portions, bytes, and the partition of a key.
import { Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../core/index.js';
import { partitionOf } from '../messaging/index.js';
import { errorTypeOf, reasonOf } from './kafka-errors.js';
import { kafkaSettings } from './kafka-options.js';
import { partitioner } from './partitioner.js';
import { inPortions } from './portions.js';
import { Turns } from './turns.js';
import { fromWire } from './wire-messages.js';

const numbered = (count: number, bytes: number): { bytes: number }[] =>
  Array.from({ length: count }, () => ({ bytes }));

describe('the Kafka adapter', () => {
  it('chooses the partition that messaging/partition.ts names, which is that of every Kafka client', () => {
    const [choose, chooseAsKafkajs] = [partitioner(), Partitioners.DefaultPartitioner()];
    const partitionMetadata = Array.from({ length: 7 }, (_, partitionId) => ({
      partitionId,
      leader: 1,
      partitionErrorCode: 0,
      replicas: [1],
      isr: [1],
    }));
    for (const key of [
      'a',
      'order-1',
      'Größe ✓ 🦊',
      'x'.repeat(500),
      ...Array.from({ length: 200 }, (_, n) => `key-${n}`),
    ]) {
      const sent = { topic: 't', partitionMetadata, message: { key, value: null } };
      expect(choose(sent)).toBe(partitionOf(key, 7));
      expect(choose(sent)).toBe(chooseAsKafkajs(sent));
    }
  });

  it.each([
    ['many small messages by their number', numbered(1_201, 10), [500, 500, 201]],
    ['large ones by their bytes', numbered(5, 400_000), [2, 2, 1]],
    [
      'one that is larger than a portion alone',
      [...numbered(1, 10), ...numbered(1, 1_048_576), ...numbered(1, 10)],
      [1, 1, 1],
    ],
    ['nothing into nothing', [], []],
  ])('cuts %s', (_, messages, lengths) => {
    const portions = [...inPortions(messages)];
    expect(portions.map(({ length }) => length)).toEqual(lengths);
    expect(portions.flat()).toEqual(messages);
  });

  it('reads whatever bytes a message has', () => {
    const headers = {
      text: Buffer.from('Größe'),
      repeated: [Buffer.from('first'), Buffer.from('last')],
      garbled: Buffer.from([0xc3, 0x28]),
      none: null as unknown as undefined,
      empty: Buffer.alloc(0),
    };
    const place = { topic: 't', partition: 2 };
    expect(fromWire({ key: Buffer.from([0xff]), value: null, headers, offset: '7' }, place)).toEqual({
      ...place,
      offset: '7',
      key: '\ufffd',
      headers: { text: 'Größe', repeated: 'last', garbled: '\ufffd(', none: '', empty: '' },
      value: null,
    });
    expect(fromWire({ key: null, value: null, headers: undefined, offset: '0' }, place)).toMatchObject({
      key: null,
      headers: {},
    });
  });

  it('puts its prefix before names and takes it off again', () => {
    const settings = kafkaSettings({ brokers: ['h:1'], clientId: 'c', prefix: 'blue.' });
    expect(settings.wireName('shop.v1')).toBe('blue.shop.v1');
    expect(settings.ownName('blue.shop.v1')).toBe('shop.v1');
  });

  it.each([
    ['no brokers', { brokers: [] }],
    ['a broker without a port', { brokers: ['h:1', 'h'] }],
    ['a broker as a URL', { brokers: ['kafka://h:1'] }],
    ['a prefix with a space', { prefix: 'a b' }],
  ])('refuses %s', (_, wrong) => {
    expect(() => kafkaSettings({ brokers: ['h:1'], clientId: 'c', ...wrong })).toThrow(ConfigurationError);
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(250)])('refuses the topic "%s"', (name) => {
    expect(() => kafkaSettings({ brokers: ['h:1'], clientId: 'c' }).wireName(name)).toThrow(ConfigurationError);
  });

  it("finds Kafka's own word and the first reason under kafkajs' wrappings", () => {
    const kafkaError = (name: string, message: string, more: object = {}) =>
      Object.assign(new Error(message), { name, ...more });
    const protocol = kafkaError('KafkaJSProtocolError', 'too large', { type: 'MESSAGE_TOO_LARGE' });
    const wrapped = kafkaError('KafkaJSNumberOfRetriesExceeded', 'retries', { cause: protocol });
    const many = kafkaError('KafkaJSAggregateError', 'several', { errors: [protocol] });
    expect([wrapped, many, new Error('late')].map(errorTypeOf)).toEqual([
      'MESSAGE_TOO_LARGE',
      'MESSAGE_TOO_LARGE',
      undefined,
    ]);
    expect([wrapped, many, new Error('late'), 'text'].map((error) => reasonOf(error).message)).toEqual([
      'too large',
      'too large',
      'late',
      'text',
    ]);
  });

  it('lets one work at a time, in the order they came, whatever becomes of the others', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const work = (name: string) => () =>
      new Promise<void>((resolve) => setImmediate(() => (done.push(name), resolve())));
    const failing = turns.take(() => Promise.reject(new Error('planned by the test')));
    void turns.take(work('a'));
    void turns.take(work('b'));
    await expect(failing).rejects.toThrow('planned');
    await turns.over();
    expect(done).toEqual(['a', 'b']);
  });

  it('refuses who has waited too long for their turn, with nothing done, and goes on with the next', async () => {
    const turns = new Turns();
    const done: string[] = [];
    let end: () => void = () => undefined;
    const slow = turns.take(() => new Promise<void>((resolve) => (end = resolve)));
    const impatient = turns.take(() => Promise.resolve(done.push('impatient')), -1);
    const patient = turns.take(() => Promise.resolve(done.push('patient')), 60_000);
    await Promise.resolve().then(() => end());
    await slow;
    await expect(impatient).rejects.toMatchObject({ code: 'ES-1201' });
    await patient;
    expect(done).toEqual(['patient']);
  });
});
