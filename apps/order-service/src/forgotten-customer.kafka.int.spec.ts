// What a customer wrote never lies on a Kafka topic: integration events carry no personal fields, so that a forget need not reach what others have read.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSubjects } from '@app/event-store';
import { publishedOnKafka, type TopicMessage } from '../../../libs/event-store/src/kafka/index.js';
import { eventually } from '../../../test/support/eventually.js';
import { findText, formsOf } from '../../../test/support/find-text.js';
import { kafkaForTests } from '../../../test/support/kafka.js';
import { startService, type ServiceUnderTest } from '../../../test/support/service.js';
import { migrations } from './infrastructure/migrations/index.js';
import { OrderConfig } from './infrastructure/order.config.js';
import { OrderModule } from './order.module.js';

/** In nothing that this test does not mean. */
const canary = 'Canary-Leave-At-The-Lighthouse';
const TOPIC = 'shop.order.events.v1';

const kafka = await kafkaForTests();

/** Of everything that a message consists of, which has the text in any form. */
function having(text: string, messages: readonly TopicMessage[]): TopicMessage[] {
  return messages.filter(({ key, headers, value }) => {
    const all = [key ?? '', JSON.stringify(headers), value?.toString('utf8') ?? ''].join('\n').toLowerCase();
    return formsOf(text).some((form) => all.includes(form));
  });
}

describe.skipIf(!kafka)('a customer who is forgotten, where messages go through Kafka', { timeout: 60_000 }, () => {
  let service: ServiceUnderTest;
  let read: () => Promise<readonly TopicMessage[]>;
  beforeAll(async () => {
    const { brokers, prefix } = kafka!;
    read = publishedOnKafka({ brokers, prefix, topics: [TOPIC] });
    const broker = { kind: 'kafka', brokers, prefix, replicationFactor: 1 } as const;
    service = await startService(OrderModule, {
      name: 'order-service',
      migrations,
      configs: [new OrderConfig()],
      broker,
    });
  }, 60_000);
  afterAll(() => service?.close());

  it('has left nothing on the topic, before or after', async () => {
    const body = { lines: [{ sku: 'mug', quantity: 1 }], note: canary };
    const headers = { 'idempotency-key': 'one' };
    const placed = await service.send({ method: 'POST', path: '/orders', headers, body });
    expect(placed.status).toBe(201);
    const orderId = String(placed.body['orderId']);
    await eventually(async () => expect(having(orderId, await read())).toHaveLength(1)); // what is there would be found
    expect(having(canary, await read())).toEqual([]);
    await service.app.get(DataSubjects).forget('alice', { actor: 'tester', reason: 'case 1', graceMs: 0 });
    const url = (service.database.options as { url: string }).url;
    await eventually(async () => expect(await findText(url, canary)).toEqual([]));
    const messages = await read();
    expect(having(orderId, messages)).toHaveLength(1);
    expect(having(canary, messages)).toEqual([]);
  });
});
