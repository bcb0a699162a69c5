// A published message is a promise: its type and its JSON stay what they were. A change here breaks every consumer; make a v2 instead.
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { eventDeclaration } from '@app/event-store/core';
import { CrateLoadClosedV1, CrateLoadOpenedV1, freightDepotEvents } from './freight-depot.events.v1.js';

const crateLoadId = '0198c0de-7a11-7000-8000-000000000001';
const golden: [object, string, string][] = [
  [new CrateLoadOpenedV1(crateLoadId), 'shop.crate-load.opened.v1', `{"crateLoadId":"${crateLoadId}"}`],
  [
    new CrateLoadClosedV1(crateLoadId, 'customer'),
    'shop.crate-load.closed.v1',
    `{"crateLoadId":"${crateLoadId}","by":"customer"}`,
  ],
];
const strict = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true } as const;

describe.each(golden)('%o', (message, type, json) => {
  const messageClass = message.constructor as new () => object;
  const wrong = (data: object) =>
    validateSync(plainToInstance(messageClass, data), strict).map(({ property }) => property);

  it(`is ${type} and looks on the wire as it always has`, () => {
    expect(eventDeclaration(messageClass)?.type).toBe(type);
    expect(JSON.stringify(message)).toBe(json);
  });

  it('is valid, misses no field without being refused, and takes no other', () => {
    expect(validateSync(message, strict)).toEqual([]);
    for (const field of Object.keys(message)) expect(wrong({ ...message, [field]: undefined })).toEqual([field]);
    expect(wrong({ ...message, openedBy: 'alice' })).toEqual(['openedBy']);
  });
});

it('the topic holds every message', () => {
  expect(freightDepotEvents.topic).toBe('shop.freight-depot.events.v1');
  expect(freightDepotEvents.events).toEqual(golden.map(([message]) => message.constructor));
});
