// One request as one trace, through both services and the broker between them, told to a collector as in production.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderServiceClient } from '@app/clients';
import { orderEvents, paymentEvents } from '@app/contracts';
import type { BrokerName, KafkaAddress } from '../tools/system/broker.js';
import { eventually } from './support/eventually.js';
import { kafkaForTests } from './support/kafka.js';
import { otlpReceiver, type OtlpReceiver, type ReceivedSpan } from './support/otlp-receiver.js';
import { startWholeSystem, type WholeSystem } from './support/whole-system.js';

const PATH = [
  'order-service POST /orders',
  'order-service execute PlaceOrder',
  'payment-service process payment-capture-placed',
  'payment-service process command-dispatch',
  'payment-service execute CapturePayment',
  'order-service process checkout',
  'order-service process command-dispatch',
  'order-service execute ConfirmOrder',
];

/** Other contexts may hear of it too. */
const SERVICES = ['order-service', 'payment-service'];

/** They have to do with many traces: they name them, and are part of none. */
const BATCHES = [
  'process OrderPublisher',
  'process PaymentPublisher',
  `send ${orderEvents.topic}`,
  `send ${paymentEvents.topic}`,
  `receive ${orderEvents.topic}`,
  `receive ${paymentEvents.topic}`,
].sort();

/** What was appended on the way, by whom. */
const APPENDS = [
  ['append order', 'execute PlaceOrder'],
  ['append payment', 'execute CapturePayment'],
  ['append order', 'execute ConfirmOrder'],
];

const kafka = await kafkaForTests();
const brokers: readonly (readonly [BrokerName, KafkaAddress | undefined])[] = [
  ['postgres', undefined],
  ['kafka', kafka],
];

describe.each(brokers)('a traced checkout over %s', { timeout: 120_000 }, (broker, on) => {
  let receiver: OtlpReceiver;
  let whole: WholeSystem;
  beforeAll(async () => {
    if (broker === 'kafka' && !on) return;
    receiver = await otlpReceiver();
    whole = await startWholeSystem({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }, { broker, on });
  }, 240_000);
  afterAll(async () => {
    await whole?.close();
    await receiver?.close();
  });

  it.skipIf(broker === 'kafka' && !on)('is one trace from the POST to the confirmed order', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const orders = orderServiceClient({
      baseUrl: whole.system.running('order-service').url,
      token: await whole.system.token('alice', 'customer'),
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    });
    const answer = await orders.POST('/orders', { body: { lines: [{ sku: 'mug', quantity: 1 }] } });
    expect(answer.status).toBe(201);
    const spans = (): ReceivedSpan[] => receiver.spans.filter((span) => span.traceId === traceId);
    await eventually(() => expect(pathTo('execute ConfirmOrder', spans())).toEqual(PATH), { timeoutMs: 20_000 });
    expect(spans().filter(({ failed }) => failed)).toEqual([]);
    const parents = new Map(spans().map((span) => [span.spanId, span.name]));
    const appends = spans().filter(({ name }) => name.startsWith('append '));
    for (const append of APPENDS)
      expect(appends.map(({ name, parentSpanId }) => [name, parents.get(parentSpanId)])).toContainEqual(append);
    expect(spans().find(({ name }) => name === 'append payment')?.attributes).toMatchObject({
      'event_store.stream': expect.stringMatching(/^payment-/) as string,
      'event_store.events.appended': expect.any(Number) as number,
      'event_store.stream.version': expect.any(Number) as number,
    });
    const loaded = spans().find(({ name, service }) => name === 'load order' && service === 'order-service');
    expect(loaded?.attributes).toMatchObject({ 'event_store.stream.version': 1, 'event_store.events.read': 1 });
    const linked = (): ReceivedSpan[] =>
      receiver.spans.filter(({ links, service }) => SERVICES.includes(service) && links.includes(traceId));
    await eventually(() => expect(namesOf(linked())).toEqual(BATCHES), { timeoutMs: 20_000 });
    const operations = [...spans(), ...linked()].filter(({ name }) => /^(send|receive|process) /.test(name));
    expect(
      operations.map(({ name, attributes }) => [
        name,
        attributes['messaging.system'],
        attributes['messaging.operation.type'],
        attributes['messaging.operation.name'],
      ]),
    ).toEqual(
      operations.map(({ name }) => {
        const operation = name.split(' ', 1)[0]!;
        return [name, operation === 'process' ? 'event_store' : broker, operation, operation];
      }),
    );
    const overBroker = linked().filter(({ name }) => !name.startsWith('process '));
    expect(overBroker.map(({ attributes }) => attributes['messaging.system'])).toEqual(overBroker.map(() => broker));
    const logged = readFileSync(join(whole.dataDir, 'logs/order-service.log'), 'utf8').split('\n');
    const lines = logged.filter((line) => line.includes(`"traceId":"${traceId}"`));
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain('POST /orders 201');
  });
});

function namesOf(spans: readonly ReceivedSpan[]): string[] {
  return [...new Set(spans.map(({ name }) => name))].sort();
}

/** From the request, one line for each span on the way. */
function pathTo(name: string, spans: readonly ReceivedSpan[]): string[] {
  const parents = new Map(spans.map((span) => [span.spanId, span]));
  const path: string[] = [];
  for (let at = spans.find((span) => span.name === name); at; at = parents.get(at.parentSpanId))
    path.unshift(`${at.service} ${at.name}`);
  return path;
}
