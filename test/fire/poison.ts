// Messages that nobody should be able to do harm with: every kind that can be put on a topic. All of them end up aside, with a reason.
import { randomUUID } from 'node:crypto';
import type { PublishedMessage } from '../../libs/event-store/src/testing/invariants/index.js';
import { ORDER_EVENTS, PAYMENT_EVENTS } from '../../tools/demo/checkout-shape.js';
import type { RawMessage } from './broker-under-fire.js';

export interface Poison {
  readonly what: string;
  /** What the service that reads it says. */
  readonly reasonCode: string;
  readonly message: Omit<RawMessage, 'partition'>;
}

const FIVE_MEGABYTES = 5 * 1024 * 1024;

/** For the topic of a message that was read well: what differs from it is what is wrong. */
export function poisonLike(sample: PublishedMessage): Poison[] {
  const { topic, value, key } = sample;
  const good = (): Record<string, string> => ({ ...sample.headers, ce_id: randomUUID() });
  const poison = (
    what: string,
    reasonCode: string,
    change: { readonly headers?: Record<string, string | Buffer>; readonly value?: Buffer | null } = {},
  ): Poison => ({ what, reasonCode, message: { topic, key, headers: good(), value, ...change } });
  const typed = (type: string) => ({ headers: { ...good(), ce_type: type } });
  const { ce_id: _none, ...withoutId } = good();
  const data = JSON.parse(value!.toString('utf8')) as Record<string, unknown>;
  return [
    poison('an empty value', 'not-json', { value: Buffer.alloc(0) }),
    poison('no JSON', 'not-json', { value: Buffer.from('{"orderId": ') }),
    poison('bytes that are no text', 'not-json', { value: Buffer.from([0x7b, 0xc3, 0x28, 0x7d]) }),
    poison('a list', 'not-json', { value: Buffer.from('[1]') }),
    poison('5 MB', 'too-large', { value: Buffer.alloc(FIVE_MEGABYTES, ' ') }),
    poison('no value', 'tombstone', { value: null }),
    poison('another schema version', 'unknown-type', typed(sample.headers['ce_type']!.replace(/\.v1$/, '.v2'))),
    poison('an unknown type', 'unknown-type', typed('shop.nobody.knows.v1')),
    poison('the type constructor', 'unknown-type', typed('constructor')),
    poison('the type __proto__', 'unknown-type', typed('__proto__')),
    poison('a type of the other topic', 'unknown-type', typed(otherType(topic))),
    poison('no id', 'missing-id', { headers: withoutId }),
    poison('headers that are not UTF-8', 'invalid-headers', {
      headers: { ...good(), ce_source: Buffer.from([0x2f, 0xc3, 0x28]) },
    }),
    poison('data of another shape', 'invalid-data', { value: Buffer.from(JSON.stringify({ ...data, orderId: 7 })) }),
    poison('the id of another message', 'id-reused', {
      headers: { ...sample.headers },
      value: Buffer.from(JSON.stringify({ ...data, orderId: randomUUID() })),
    }),
  ];
}

function otherType(topic: string): string {
  return topic === ORDER_EVENTS ? 'shop.payment.captured.v1' : 'shop.order.placed.v1';
}

/** A payment that was captured, as the payment service would say it. */
export function captured(orderId: string, amountMinor: number): { id: string; message: Omit<RawMessage, 'partition'> } {
  const id = randomUUID();
  return {
    id,
    message: {
      topic: PAYMENT_EVENTS,
      key: orderId,
      headers: {
        ce_specversion: '1.0',
        ce_id: id,
        ce_source: '/payment-service',
        ce_type: 'shop.payment.captured.v1',
        ce_subject: orderId,
        ce_streamversion: '2',
        'content-type': 'application/json',
      },
      value: Buffer.from(
        JSON.stringify({ orderId, paymentId: orderId, amount: { amountMinor, currency: 'EUR' } }),
        'utf8',
      ),
    },
  };
}
