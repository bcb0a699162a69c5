import { describe, expect, it } from 'vitest';
import { IsString } from 'class-validator';
import { admit } from './admission.js';
import type { BrokerMessage } from './broker.js';
import { HeldBackError, UnpublishableMessageError } from './errors.js';
import { integrationDecoder } from './integration-decoder.js';
import { IntegrationEvent, topic } from './integration-event.js';
import { readMessage } from './read-message.js';

@IntegrationEvent('shop.order.placed.v1')
class OrderPlacedV1 {
  @IsString() orderId: string;
}
const decoder = integrationDecoder([topic('orders', [OrderPlacedV1])]);

const message = (over: Partial<BrokerMessage> = {}): BrokerMessage => ({
  topic: 'orders',
  key: '1',
  value: Buffer.from('{"orderId":"1"}'),
  ...over,
  headers: { ce_id: 'm1', ce_type: 'shop.order.placed.v1', ...over.headers },
});
const isRead = (one: BrokerMessage): boolean =>
  !('reasonCode' in readMessage({ ...one, partition: 0, offset: '0' }, decoder));

describe('admit', () => {
  it.each<[string, BrokerMessage]>([
    ['a key of 501 characters', message({ key: 'x'.repeat(501) })],
    ['an empty key', message({ key: '' })],
    ['a key that was not UTF-8', message({ key: 'a\ufffd' })],
    ['a CloudEvents header that was not UTF-8', message({ headers: { ce_correlationid: 'a\ufffd' } })],
    ['a CloudEvents header with a NUL', message({ headers: { ce_correlationid: 'a\0' } })],
  ])('refuses %s, as every inbox would, and holds back what follows it', (_what, bad) => {
    expect(isRead(bad)).toBe(false);
    expect(admit([bad, bad, message({ key: 'other' })])).toEqual({
      admitted: [{ index: 2, message: message({ key: 'other' }) }],
      refused: [
        { index: 0, error: expect.any(UnpublishableMessageError) as Error },
        { index: 1, error: expect.any(HeldBackError) as Error },
      ],
    });
  });

  it.each<[string, BrokerMessage]>([
    ['a key of 500 characters', message({ key: 'x'.repeat(500) })],
    ['any text in other headers', message({ headers: { note: 'a\ufffd' } })],
  ])('takes %s, as every inbox does', (_what, good) => {
    expect(isRead(good)).toBe(true);
    expect(admit([good]).refused).toEqual([]);
  });
});
