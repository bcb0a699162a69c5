// What is appended: events of 300 bytes, ten appends to a stream.
import { randomUUID } from 'node:crypto';
import type { EventToAppend } from '../../libs/event-store/src/core/index.js';

const FILLING = 'x'.repeat(191);

export const APPENDS_OF_STREAM = 10;

/** 300 bytes of data as JSON. */
export function newEvent(n: number): EventToAppend {
  return {
    id: randomUUID(),
    type: 'order.placed',
    schemaVersion: 1,
    data: {
      customerId: 'customer-17',
      n: 1_000_000 + n,
      total: { amountMinor: 4_200, currency: 'EUR' },
      note: FILLING,
      paid: false,
    },
    metadata: { correlationId: '0190a1b2-0000-7000-8000-000000000001', actor: 'customer:17' },
  };
}

export const newStreamName = (): string => `order-${randomUUID()}`;
