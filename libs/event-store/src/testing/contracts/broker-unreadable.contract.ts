// Broker contract, together with the inbox: whatever lies on a topic, the partition goes on behind it.
import { IsString } from 'class-validator';
import { expect, it, vi } from 'vitest';
import {
  InboxConsumer,
  integrationDecoder,
  IntegrationEvent,
  topic as topicContract,
  type InboundMessage,
  type UnreadableMessage,
} from '../../messaging/index.js';
import { TIMEOUT, type BrokerBench, type ForeignMessage } from './broker.bench.js';

const TYPE = 'shop.test.happened.v1';

@IntegrationEvent(TYPE)
class HappenedV1 {
  @IsString() name: string;
}

const headers = { ce_id: 'good', ce_type: TYPE, ce_source: '/elsewhere', ce_specversion: '1.0' };
const good: ForeignMessage = { key: 'k', headers, value: Buffer.from('{"name":"good"}') };
const NOT_UTF8 = Buffer.from([0xc3, 0x28, 0xff]);

const unreadable: readonly (readonly [reasonCode: string, raw: Partial<ForeignMessage>])[] = [
  ['tombstone', { value: null }],
  ['not-json', { value: Buffer.alloc(0) }],
  ['not-json', { value: Buffer.from('<xml/>') }],
  ['not-json', { value: NOT_UTF8 }],
  ['not-json', { value: Buffer.from('[1,2]') }],
  ['invalid-data', { value: Buffer.from('{"name":5}') }],
  ['missing-id', { headers: { ce_type: TYPE } }],
  ['missing-id', { headers: {} }],
  ['unknown-type', { headers: { ...headers, ce_id: 'b1', ce_type: 'constructor' } }],
  ['unknown-type', { headers: { ...headers, ce_id: 'b2', ce_type: 'shop.test.happened.v9' } }],
  ['unknown-type', { headers: { ce_id: 'b3' } }],
  ['invalid-key', { headers: { ...headers, ce_id: 'b4' }, key: '' }],
  ['id-reused', { value: Buffer.from('{"name":"other"}') }],
];

/** Only where a foreign sender can leave such bytes. */
const garbled: typeof unreadable = [
  ['invalid-headers', { headers: { ...headers, ce_id: NOT_UTF8 } }],
  ['invalid-headers', { headers: { ...headers, ce_id: 'c1', ce_type: NOT_UTF8 } }],
  ['invalid-headers', { headers: { ...headers, ce_id: ['fine', NOT_UTF8] } }],
  ['invalid-key', { headers: { ...headers, ce_id: 'c2' }, key: NOT_UTF8 }],
];

export function describeUnreadable(bench: BrokerBench): void {
  it('sets unreadable messages aside with the reason, and goes on behind each of them', async () => {
    const broker = await bench.open();
    const topic = await bench.newTopic(broker, 1);
    const kinds = bench.traits.foreignBytes ? [...unreadable, ...garbled] : unreadable;
    await bench.bus.inject(topic, good);
    for (const [, raw] of kinds) await bench.bus.inject(topic, { ...good, ...raw });
    await bench.bus.inject(topic, { ...good, headers: { ...headers, ce_id: 'last' } });

    const stored = new Map<string, InboundMessage>();
    const aside: UnreadableMessage[] = [];
    const inbox = new InboxConsumer({
      broker,
      decoder: integrationDecoder([topicContract(topic, [HappenedV1], { partitions: 1 })]),
      group: `inbox-${topic}`,
      inbound: {
        store: async (messages, refused) => {
          const reused = messages.filter(
            ({ id, contentHash }) => (stored.get(id)?.contentHash ?? contentHash) !== contentHash,
          );
          for (const one of messages) if (!stored.has(one.id)) stored.set(one.id, one);
          aside.push(...refused);
          return { stored: messages.length, duplicates: 0, reused: reused.map(({ id }) => id) };
        },
        unreadable: () => Promise.resolve([]),
      },
    });
    await inbox.start();
    try {
      await vi.waitFor(async () => {
        expect([...stored.keys()]).toEqual(['good', 'last']);
        expect(await broker.lag(`inbox-${topic}`, [topic])).toEqual([{ topic, messages: 0 }]);
      }, TIMEOUT);
    } finally {
      await inbox.stop();
    }
    const inOrder = aside.toSorted((a, b) => Number(a.message.offset) - Number(b.message.offset));
    expect(inOrder.map(({ reasonCode }) => reasonCode)).toEqual(kinds.map(([reasonCode]) => reasonCode));
    expect(stored.get('good')).toMatchObject({ key: 'k', type: TYPE, data: { name: 'good' } });
  });
}
