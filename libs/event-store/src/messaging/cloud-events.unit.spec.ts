import { describe, expect, it } from 'vitest';
import { deterministicId, type EventContext } from '../core/index.js';
import { toBrokerMessage } from './cloud-events.js';
import { UnpublishableMessageError } from './errors.js';
import { IntegrationEvent } from './integration-event.js';

@IntegrationEvent('shop.order.placed.v1')
class OrderPlacedV1 {
  constructor(
    readonly orderId: string,
    readonly total: unknown,
    readonly note?: string,
  ) {}
}

const cause: EventContext = {
  stream: { name: 'order-1', category: 'order', id: '1' },
  version: 3,
  position: 9n,
  eventId: '01890000-0000-7000-8000-000000000001',
  time: new Date('2026-01-02T03:04:05.678Z'),
  metadata: {
    correlationId: 'corr-1',
    actor: 'customer:alice',
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  },
};
const outbound = { cause, publisher: 'orders', topic: 'shop.order.events.v1', source: '/order-service', key: '1' };

describe('toBrokerMessage', () => {
  it('writes CloudEvents 1.0 in binary mode, without the actor', () => {
    const message = toBrokerMessage({ ...outbound, event: new OrderPlacedV1('1', { amountMinor: 5 }) });
    expect(message).toEqual({
      topic: 'shop.order.events.v1',
      key: '1',
      headers: {
        ce_specversion: '1.0',
        ce_id: deterministicId('publish', 'orders', cause.eventId, 0),
        ce_source: '/order-service',
        ce_type: 'shop.order.placed.v1',
        ce_time: '2026-01-02T03:04:05.678Z',
        ce_subject: '1',
        'content-type': 'application/json',
        ce_correlationid: 'corr-1',
        ce_causationid: cause.eventId,
        ce_streamversion: '3',
        traceparent: cause.metadata.traceparent,
      },
      value: Buffer.from('{"orderId":"1","total":{"amountMinor":5}}'),
    });
    expect(JSON.stringify(message.headers)).not.toContain('alice');
  });

  it('gives the same bytes and id on every send, and another id for another event or publisher', () => {
    const send = (over: object = {}) => toBrokerMessage({ ...outbound, event: new OrderPlacedV1('1', 5), ...over });
    expect(send()).toEqual(send());
    const ids = [send(), send({ publisher: 'other' }), send({ cause: { ...cause, eventId: 'e2' } })].map(
      (one) => one.headers['ce_id'],
    );
    expect(new Set(ids).size).toBe(3);
  });

  it.each([
    ['a bigint', new OrderPlacedV1('1', 5n), {}],
    ['a Date', new OrderPlacedV1('1', new Date(0)), {}],
    ['not a number', new OrderPlacedV1('1', Number.NaN), {}],
    ['a NUL character', new OrderPlacedV1('\0', 1), {}],
    ['a class without @IntegrationEvent', new Date(0), {}],
    ['an empty key', new OrderPlacedV1('1', 1), { key: '' }],
    ['a key that is half a character', new OrderPlacedV1('1', 1), { key: '\ud800' }],
  ])('refuses %s', (_what, event, over) => {
    expect(() => toBrokerMessage({ ...outbound, event, ...over })).toThrow(UnpublishableMessageError);
  });
});
