import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { describe, expect, it, vi } from 'vitest';
import { systemClock, UnavailableError } from '../core/index.js';
import { MemoryBroker } from '../memory/memory-broker.js';
import type { ReceivedMessage } from './broker.js';
import type { InboundLog, InboundMessage, UnreadableMessage } from './inbound-log.js';
import { InboxConsumer, type InboxConsumerOptions } from './inbox-consumer.js';
import { integrationDecoder } from './integration-decoder.js';
import { IntegrationEvent, topic } from './integration-event.js';

class LineV1 {
  @IsString() sku: string;
  @IsInt() quantity: number;
}
@IntegrationEvent('shop.order.placed.v1')
class OrderPlacedV1 {
  @IsString() orderId: string;
  @IsOptional() @ValidateNested({ each: true }) @Type(() => LineV1) lines?: LineV1[];
}
@IntegrationEvent('shop.payment.captured.v1')
class PaymentCapturedV1 {
  @IsString() orderId: string;
}

const ORDERS = 'shop.order.events.v1';
const decoder = integrationDecoder([
  topic(ORDERS, [OrderPlacedV1]),
  topic('shop.payment.events.v1', [PaymentCapturedV1]),
]);

/** Keeps what it is given; the first content of an id stays. */
class Inbox implements InboundLog {
  readonly messages = new Map<string, InboundMessage>();
  readonly aside: UnreadableMessage[] = [];
  failWith: ((messages: readonly InboundMessage[]) => unknown) | undefined;

  async store(messages: readonly InboundMessage[], unreadable: readonly UnreadableMessage[]) {
    const error = this.failWith?.(messages);
    if (error !== undefined) throw error as Error;
    const known = messages.filter(({ id }) => this.messages.has(id));
    const reused = known
      .filter(({ id, contentHash }) => this.messages.get(id)!.contentHash !== contentHash)
      .map(({ id }) => id);
    for (const message of messages) if (!this.messages.has(message.id)) this.messages.set(message.id, message);
    this.aside.push(...unreadable);
    return { stored: messages.length - known.length, duplicates: known.length - reused.length, reused };
  }
  async unreadable() {
    return [];
  }
}

let places = 0;
const received = (over: Partial<ReceivedMessage> & { headers?: Record<string, string> } = {}): ReceivedMessage => ({
  topic: ORDERS,
  partition: 0,
  offset: String((places += 1)),
  key: 'order-1',
  value: Buffer.from('{"orderId":"1"}'),
  ...over,
  headers: { ce_id: `id-${places}`, ce_type: 'shop.order.placed.v1', ...over.headers },
});

/** The handler that the consumer gives to the broker. */
async function setUp() {
  const inbound = new Inbox();
  const broker = new MemoryBroker({ clock: systemClock });
  const consume = vi.spyOn(broker, 'consume');
  const onStored = vi.fn<NonNullable<InboxConsumerOptions['onStored']>>();
  const onRetry = vi.fn<(error: unknown) => void>();
  const consumer = new InboxConsumer({ broker, inbound, decoder, group: 'payment-service', onStored, onRetry });
  await consumer.start();
  return {
    inbound,
    onStored,
    onRetry,
    broker,
    consumer,
    consumed: consume.mock.calls,
    handler: consume.mock.calls[0]![0].handler,
  };
}

describe('InboxConsumer', () => {
  it('consumes the topics of its contracts as one group, once', async () => {
    const { consumer, consumed } = await setUp();
    await consumer.start();
    expect(consumed.map(([{ group, topics }]) => ({ group, topics }))).toEqual([
      { group: 'payment-service', topics: [ORDERS, 'shop.payment.events.v1'] },
    ]);
    await consumer.stop();
  });

  it('stores a message with its context and acknowledges it', async () => {
    const { inbound, handler, onStored } = await setUp();
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const headers = {
      ce_id: 'm1',
      ce_correlationid: 'corr',
      ce_causationid: 'event-1',
      ce_streamversion: '3',
      traceparent,
    };
    expect(
      await handler([received({ headers, value: Buffer.from('{"orderId":"1","lines":[{"sku":"a","quantity":2}]}') })]),
    ).toBe('ack');
    expect([...inbound.messages.values()]).toEqual([
      {
        id: 'm1',
        topic: ORDERS,
        key: 'order-1',
        type: 'shop.order.placed.v1',
        schemaVersion: 1,
        version: 3,
        data: { orderId: '1', lines: [{ sku: 'a', quantity: 2 }] },
        metadata: { correlationId: 'corr', causationId: 'event-1', traceparent },
        contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    ]);
    expect(onStored).toHaveBeenCalledWith({ stored: 1, duplicates: 0, unreadable: [] });
  });

  it('begins a correlation of its own where the sender gave none, or rubbish', async () => {
    const { inbound, handler } = await setUp();
    await handler([
      received({
        headers: { ce_id: 'm1', ce_correlationid: 'a\nb', traceparent: 'x', ce_streamversion: '-1' },
        key: null,
      }),
    ]);
    expect(inbound.messages.get('m1')).toMatchObject({ metadata: { correlationId: 'm1' }, version: 0, key: 'm1' });
  });

  it('takes over only ids that are fit to be logged, from the sender and from the message', async () => {
    const { inbound, handler } = await setUp();
    const headers = { ce_correlationid: 'Jane Doe <jane@example.org>', ce_causationid: 'Jane Doe' };
    await handler([
      received({ headers: { ...headers, ce_id: 'orders/Jane Doe' } }),
      received({ headers: { ...headers, ce_id: 'm2', ce_correlationid: 'x'.repeat(129) } }),
      received({ headers: { ce_id: 'm3', ce_correlationid: 'A.b_c:d-9', ce_causationid: 'x'.repeat(128) } }),
    ]);
    expect([...inbound.messages.values()].map(({ metadata }) => metadata)).toEqual([
      { correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
      { correlationId: 'm2' },
      { correlationId: 'A.b_c:d-9', causationId: 'x'.repeat(128) },
    ]);
  });

  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  it.each<[string, Partial<ReceivedMessage>, string]>([
    ['no value', { value: null }, 'tombstone'],
    ['more than a mebibyte', { value: Buffer.alloc(1024 * 1024 + 1, ' ') }, 'too-large'],
    ['no id', { headers: { ce_id: '' } }, 'missing-id'],
    ['an id of 201 characters', { headers: { ce_id: 'x'.repeat(201) } }, 'missing-id'],
    ['an id that cannot be printed', { headers: { ce_id: 'a\u0001' } }, 'missing-id'],
    ['no type', { headers: { ce_type: '' } }, 'unknown-type'],
    ['a type of another topic', { headers: { ce_type: 'shop.payment.captured.v1' } }, 'unknown-type'],
    ['type constructor', { headers: { ce_type: 'constructor' } }, 'unknown-type'],
    ['type __proto__', { headers: { ce_type: '__proto__' } }, 'unknown-type'],
    ['a topic nobody asked for', { topic: 'toString' }, 'unknown-type'],
    ['a header that is not UTF-8', { headers: { ce_subject: 'a\ufffd' } }, 'invalid-headers'],
    ['an id with a NUL', { headers: { ce_id: 'a\0' } }, 'invalid-headers'],
    ['an empty key', { key: '' }, 'invalid-key'],
    ['a key with a NUL', { key: 'a\0' }, 'invalid-key'],
    ['text', { value: Buffer.from('hello') }, 'not-json'],
    ['nothing', { value: Buffer.alloc(0) }, 'not-json'],
    ['bytes that are not UTF-8', { value: Buffer.from([0x22, 0xff, 0x22]) }, 'not-json'],
    ['an array', { value: json([1]) }, 'not-json'],
    ['null', { value: json(null) }, 'not-json'],
    ['a missing field', { value: json({}) }, 'invalid-data'],
    ['a field of another type', { value: json({ orderId: 1 }) }, 'invalid-data'],
    ['a wrong nested field', { value: json({ orderId: '1', lines: [{ sku: 'a', quantity: 'b' }] }) }, 'invalid-data'],
    ['a prototype', { value: Buffer.from('{"orderId":"1","__proto__":{"admin":true}}') }, 'invalid-data'],
    [
      'a field called constructor',
      { value: Buffer.from('{"orderId":"1","lines":[{"sku":"a","quantity":1,"constructor":1}]}') },
      'ok',
    ],
    ['a NUL in the text', { value: json({ orderId: 'a\0' }) }, 'invalid-data'],
    ['half a character', { value: Buffer.from('{"orderId":"\\ud800"}') }, 'invalid-data'],
    [
      'half a million brackets',
      { value: Buffer.from(`{"orderId":${'['.repeat(250_000)}${']'.repeat(250_000)}}`) },
      'invalid-data',
    ],
  ])('puts a message with %s aside and goes on', async (_what, over, reasonCode) => {
    const { inbound, handler } = await setUp();
    const good = received();
    const bad = received(over);
    expect(await handler([bad, good])).toBe('ack');
    expect(inbound.messages.has(good.headers['ce_id']!)).toBe(true);
    expect(inbound.aside.map((one) => one.reasonCode)).toEqual(reasonCode === 'ok' ? [] : [reasonCode]);
    expect(
      JSON.stringify([inbound.aside.map(({ detail, message: { key, headers } }) => [detail, key, headers])]),
    ).not.toMatch(/\\u0000|\\ud800/);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('says which type it does not know where that is written like a name, and repeats nothing else', async () => {
    const { inbound, handler } = await setUp();
    for (const ce_type of ['shop.order.lost.v2', 'Alice Smith, Main Street 1', 'x'.repeat(101), ''])
      await handler([received({ headers: { ce_type } })]);
    expect(inbound.aside.map(({ detail }) => /^Type (.*) is not in/.exec(detail)?.[1])).toEqual([
      'shop.order.lost.v2',
      '(not a name)',
      '(not a name)',
      '(none)',
    ]);
  });

  it('reads a message of a newer sender, without the fields it does not know', async () => {
    const { inbound, handler } = await setUp();
    const newer = { orderId: '1', giftWrap: true, lines: [{ sku: 'a', quantity: 1, giftNote: 'hello' }] };
    expect(await handler([received({ headers: { ce_id: 'newer' }, value: json(newer) })])).toBe('ack');
    expect(inbound.aside).toEqual([]);
    expect(inbound.messages.get('newer')!.data).toEqual({ orderId: '1', lines: [{ sku: 'a', quantity: 1 }] });
  });

  it('tells messages apart by all that was sent, so that a build which knows more fields takes a repeat for a repeat', async () => {
    const { inbound, handler } = await setUp();
    const send = (giftWrap: boolean) =>
      handler([received({ headers: { ce_id: 'same' }, value: json({ orderId: '1', giftWrap }) })]);
    await send(true);
    await send(true);
    expect(inbound.aside).toEqual([]);
    await send(false);
    expect(inbound.aside).toMatchObject([
      { reasonCode: 'id-reused', detail: 'Its id came before with another type, key or data.' },
    ]);
  });

  it('stores a message that comes again once, and keeps one with the same id and other content aside', async () => {
    const { inbound, handler, onStored } = await setUp();
    const first = received({ headers: { ce_id: 'same' } });
    const other = { value: Buffer.from('{"orderId":"2"}'), headers: { ce_id: 'same' } };
    expect(await handler([first, received({ headers: { ce_id: 'same' } }), received(other)])).toBe('ack');
    expect(await handler([received(other)])).toBe('ack');
    expect(inbound.messages.get('same')!.data).toEqual({ orderId: '1' });
    expect(inbound.aside.map(({ reasonCode }) => reasonCode)).toEqual(['id-reused', 'id-reused']);
    expect(onStored).toHaveBeenCalledTimes(2);
  });

  it('asks for the batch again while the database is away', async () => {
    const { inbound, handler, onRetry, onStored } = await setUp();
    inbound.failWith = () => new UnavailableError('PostgreSQL');
    expect(await handler([received(), received()])).toBe('retry');
    expect(onRetry).toHaveBeenCalledTimes(1);
    expect(onStored).not.toHaveBeenCalled();
    inbound.failWith = undefined;
    expect(await handler([received(), received()])).toBe('ack');
  });

  it('puts only that message aside which the log refuses for a reason nobody foresaw', async () => {
    const { inbound, handler } = await setUp();
    inbound.failWith = (messages) =>
      messages.some(({ id }) => id === 'bad') ? new Error('invalid byte sequence') : undefined;
    expect(await handler([received(), received({ headers: { ce_id: 'bad' } }), received()])).toBe('ack');
    expect(inbound.messages.size).toBe(2);
    expect(inbound.aside.map(({ reasonCode, detail }) => ({ reasonCode, detail }))).toEqual([
      { reasonCode: 'not-storable', detail: 'invalid byte sequence' },
    ]);
  });

  it('asks for the batch again when the log takes nothing at all', async () => {
    const { inbound, handler, onRetry } = await setUp();
    inbound.failWith = () => new Error('relation does not exist');
    expect(await handler([received()])).toBe('retry');
    expect(onRetry).toHaveBeenCalledTimes(1);
  });
});
