// A published message is a promise: its type and its JSON stay what they were, and nothing else gets in. The same promise for every contract.
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { eventDeclaration, EventRegistry, type Class } from '@app/event-store/core';
import type { TopicContract } from '@app/event-store/messaging';

const strict = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true } as const;

/** A message, its type, and its JSON as it went over the wire when it was published first. */
export type GoldenMessage = readonly [message: object, type: string, json: string];

/** The fields of `data` that the message class refuses. */
export function refusedFields(message: Class, data: object): string[] {
  return validateSync(plainToInstance(message as new () => object, data), strict).map(({ property }) => property);
}

/** The specification of a topic and of all its messages, in the order of the contract. What a golden line says never changes: make a v2. */
export function describeContract(contract: TopicContract, topic: string, golden: readonly GoldenMessage[]): void {
  describe(`the topic ${topic}`, () => {
    it('has this name, and every message on it is here', () => {
      expect(contract.topic).toBe(topic);
      expect(contract.events).toEqual(golden.map(([message]) => message.constructor));
    });

    describe.each(golden)('%o', (message, type, json) => {
      describeMessage(message, type, json);
    });
  });
}

function describeMessage(message: object, type: string, json: string): void {
  const messageClass = message.constructor as new () => object;

  it(`is ${type} and looks on the wire as it always has`, () => {
    expect(eventDeclaration(messageClass)?.type).toBe(type);
    expect(JSON.stringify(message)).toBe(json);
  });

  it('is valid as it is made, and as an instance read from JSON by class-transformer or by the registry', () => {
    const data = JSON.parse(json) as object;
    const transformed = plainToInstance(messageClass, data);
    const decoded = new EventRegistry().register(messageClass).decode({ type, schemaVersion: 1, data });
    for (const instance of [message, transformed, decoded]) {
      expect(validateSync(instance, strict)).toEqual([]);
      expect(instance).toBeInstanceOf(messageClass);
      expect(instance).toEqual(message);
    }
  });

  it('misses no field without being refused, and takes no other', () => {
    for (const field of Object.keys(message)) {
      const { [field]: _gone, ...rest } = JSON.parse(json) as Record<string, unknown>;
      expect(refusedFields(messageClass, rest)).toEqual([field]);
    }
    expect(refusedFields(messageClass, { ...JSON.parse(json), customerName: 'Alice' })).toEqual(['customerName']);
  });
}
