// What others send is a promise too: its type, its JSON, and what is refused.
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { eventDeclaration } from '@app/event-store/core';
import { CrateLoadRequestedV1, freightDepotRequests } from './freight-depot.requests.v1.js';

const data = { crateLoadId: '0198c0de-7a11-7000-8000-000000000001', subject: 'The first one' };
const message = new CrateLoadRequestedV1(data.crateLoadId, data.subject);
const strict = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true } as const;

describe('CrateLoadRequestedV1', () => {
  const wrong = (fields: object) =>
    validateSync(plainToInstance(CrateLoadRequestedV1, fields), strict).map(({ property }) => property);

  it('looks on the wire as it always has, and travels on its topic', () => {
    expect(eventDeclaration(CrateLoadRequestedV1)?.type).toBe('shop.crate-load.requested.v1');
    expect(JSON.stringify(message)).toBe(JSON.stringify(data));
    expect(freightDepotRequests).toMatchObject({
      topic: 'shop.freight-depot.requests.v1',
      events: [CrateLoadRequestedV1],
    });
  });

  it('is valid, misses no field without being refused, and takes no other', () => {
    expect(validateSync(message, strict)).toEqual([]);
    for (const field of Object.keys(data)) expect(wrong({ ...data, [field]: undefined })).toEqual([field]);
    expect(wrong({ ...data, openedBy: 'alice' })).toEqual(['openedBy']);
  });
});
