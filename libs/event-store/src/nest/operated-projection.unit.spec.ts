// What operations are told of a projection is what its decorator says.
import { describe, expect, it } from 'vitest';
import { ConfigurationError, Event } from '../core/index.js';
import { On } from '../subscriptions/index.js';
import { Projection } from './decorators/projection.decorator.js';
import { operatedProjection } from './operated-projection.js';

@Event('parcel.weighed')
class ParcelWeighed {}

class WeightRow {}

@Projection('weights', { version: 3, segments: 4, tables: [WeightRow], streamKey: 'id', unknown: 'skip' })
class Weights {
  @On(ParcelWeighed)
  weighed(): void {}
}

@Projection('injected', { version: 1 })
class Injected {
  constructor(readonly something: object) {}

  @On(ParcelWeighed)
  weighed(): void {}
}

describe('a projection as operations work on it', () => {
  it('has its version, segments, tables and policy, and a handler for each of its events', () => {
    const { handlers, ...rest } = operatedProjection(Weights);
    expect(rest).toEqual({
      name: 'weights',
      version: 3,
      inline: false,
      segments: 4,
      tables: [WeightRow],
      streamKey: 'id',
      unknown: 'skip',
    });
    expect([...handlers.keys()]).toEqual([ParcelWeighed]);
  });

  it('cannot be one that Nest has to build', () => {
    expect(() => operatedProjection(Injected)).toThrow(ConfigurationError);
  });
});
