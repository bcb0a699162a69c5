// A consumer built for the first form of a message reads the second, and the other way round: the bytes of one through the class of the other.
import { IsInt, IsOptional, IsString } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { integrationDecoder } from './integration-decoder.js';
import { IntegrationEvent, topic } from './integration-event.js';
import { readMessage } from './read-message.js';

const TYPE = 'shop.parcel.sent.v1';

function before() {
  @IntegrationEvent(TYPE)
  class ParcelSentV1 {
    @IsString() readonly parcelId: string;
    constructor(parcelId: string) {
      this.parcelId = parcelId;
    }
  }
  return ParcelSentV1;
}

/** The same type, some releases later: one field more, which may be missing. */
function after() {
  @IntegrationEvent(TYPE)
  class ParcelSentV1 {
    @IsString() readonly parcelId: string;
    @IsOptional() @IsInt() readonly grams?: number;
    constructor(parcelId: string, grams?: number) {
      this.parcelId = parcelId;
      if (grams !== undefined) this.grams = grams;
    }
  }
  return ParcelSentV1;
}

/** And one that no consumer of the first form can read: the field has another type. */
function broken() {
  @IntegrationEvent(TYPE)
  class ParcelSentV1 {
    @IsInt() readonly parcelId: number;
    constructor(parcelId: number) {
      this.parcelId = parcelId;
    }
  }
  return ParcelSentV1;
}

function read(sent: object, by: ReturnType<typeof before | typeof after | typeof broken>) {
  const decoder = integrationDecoder([topic('parcels', [by])]);
  const headers = { ce_id: 'p-1', ce_type: TYPE, ce_source: '/parcels', ce_time: '2026-01-01T00:00:00.000Z' };
  const value = Buffer.from(JSON.stringify(sent));
  const message = readMessage({ topic: 'parcels', partition: 0, offset: '0', key: 'p', value, headers }, decoder);
  if ('reasonCode' in message) return message;
  const { type, schemaVersion, data } = message;
  return decoder.decode({ type, schemaVersion, data });
}

describe('two forms of one message', () => {
  const [Before, After, Broken] = [before(), after(), broken()];

  it('are read by the other one', () => {
    expect(read(new After('a', 250), Before)).toEqual(new Before('a'));
    expect(read(new After('a', 250), Before)).toBeInstanceOf(Before);
    expect(read(new Before('a'), After)).toEqual(new After('a'));
    expect(read(new Before('a'), After)).toBeInstanceOf(After);
    expect(read(new After('a', 250), After)).toEqual(new After('a', 250));
  });

  it('are set aside with the reason where one does not fit, both ways', () => {
    expect(read(new Broken(1), Before)).toMatchObject({ reasonCode: 'invalid-data' });
    expect(read(new Before('a'), Broken)).toMatchObject({ reasonCode: 'invalid-data' });
  });
});
