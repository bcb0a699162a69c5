import { Allow, IsString } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, Event, UnknownEventTypeError } from '../core/index.js';
import { integrationDecoder } from './integration-decoder.js';
import { IntegrationEvent, topic } from './integration-event.js';

@IntegrationEvent('shop.a.happened.v1')
class AHappenedV1 {
  @IsString() readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}
@IntegrationEvent('shop.b.happened.v1')
class NeedsArgumentsV1 {
  readonly id: string;
  constructor(source: { id: string }) {
    this.id = source.id;
  }
}
@IntegrationEvent('shop.c.happened.v1')
class ForgottenFieldV1 {
  @IsString() readonly id: string;
  @Allow() readonly anything: unknown;
  readonly note: string;
  constructor(id: string, anything: unknown, note: string) {
    this.id = id;
    this.anything = anything;
    this.note = note;
  }
}
@Event('a.happened')
class AHappened {}

describe('integrationDecoder', () => {
  it('finds a class by topic and type, and makes stored data an instance of it', () => {
    const decoder = integrationDecoder([topic('a', [AHappenedV1]), topic('b', [])]);
    expect(decoder.topics).toEqual(['a', 'b']);
    expect(decoder.classOf('a', 'shop.a.happened.v1')).toBe(AHappenedV1);
    expect(decoder.classOf('b', 'shop.a.happened.v1')).toBeUndefined();
    expect(decoder.classOf('a', 'constructor')).toBeUndefined();
    const decoded = decoder.decode({ type: 'shop.a.happened.v1', schemaVersion: 1, data: { id: '1' } });
    expect(decoded).toBeInstanceOf(AHappenedV1);
    expect(decoded).toEqual(new AHappenedV1('1'));
    expect(() => decoder.decode({ type: 'shop.x.happened.v1', schemaVersion: 1, data: {} })).toThrow(
      UnknownEventTypeError,
    );
  });

  it('refuses a topic listed twice and a class that only its constructor can fill', () => {
    expect(() => integrationDecoder([topic('a', []), topic('a', [])])).toThrow(ConfigurationError);
    expect(() => integrationDecoder([topic('b', [NeedsArgumentsV1])])).toThrow(
      /NeedsArgumentsV1 cannot be built without arguments/,
    );
  });

  it('refuses a class with a field that no validator describes: it would be left out of every message', () => {
    expect(() => integrationDecoder([topic('c', [ForgottenFieldV1])])).toThrow(
      /ForgottenFieldV1\.note has no class-validator decorator/,
    );
  });

  it('knows no private event', () => {
    expect(() => topic('a', [AHappened])).toThrow(ConfigurationError);
  });
});
