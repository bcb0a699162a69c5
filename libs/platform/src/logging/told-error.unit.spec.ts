import { describe, expect, it } from 'vitest';
import { messageOf } from '@app/event-store/core';
import { describeError, stackOf } from './told-error.js';

const failed = (code: string, message: string): Error => Object.assign(new Error(message), { code });

describe('what is told of an error', () => {
  it('comes to an end where causes go round in a circle', () => {
    const [one, other] = [failed('22P02', 'invalid input: "canary4711"'), new Error('it failed')];
    one.cause = other;
    other.cause = one;
    expect([messageOf(one), messageOf(other)]).toEqual(['invalid input: "[redacted]"', 'it failed']);
    expect(JSON.stringify(describeError(other))).not.toContain('canary');
  });

  it.each([
    ['22P02', 'invalid input syntax for type uuid: "canary4711"', 'invalid input syntax for type uuid: "[redacted]"'],
    [
      '22003',
      'value "canary4711" is out of range for type integer',
      'value "[redacted]" is out of range for type integer',
    ],
    [
      '22P02',
      'invalid input syntax for type json: "{"name":\n"canary4711"}"',
      'invalid input syntax for type json: "[redacted]"',
    ],
    ['42601', 'syntax error at or near "canary4711"', 'syntax error at or near "[redacted]"'],
    [
      '22P02',
      'ungültige Eingabesyntax für Typ uuid: »canary4711«',
      'ungültige Eingabesyntax für Typ uuid: "[redacted]"',
    ],
    [
      '22P02',
      'syntaxe en entrée invalide pour le type uuid : « canary4711 »',
      'syntaxe en entrée invalide pour le type uuid : "[redacted]"',
    ],
  ])('has no value that PostgreSQL quotes with %s', (code, message, told) => {
    const error = failed(code, message);
    expect(messageOf(error)).toBe(told);
    expect(stackOf(error)).not.toContain('canary4711');
    expect(stackOf(error)).toContain('told-error.unit.spec');
  });

  it('has none where it repeats what its cause says, either', () => {
    const cause = failed('22P02', 'invalid input syntax for type uuid: "canary4711"');
    const error = new Error(`Subscription view has stopped. ${cause.message}`, {
      cause: new Error('failed', { cause }),
    });
    expect(messageOf(error)).toBe('Subscription view has stopped. invalid input syntax for type uuid: "[redacted]"');
    expect(stackOf(error)).not.toContain('canary4711');
  });

  it.each([
    ['23505', 'duplicate key value violates unique constraint "events_pkey"'],
    ['42703', 'column "placed_at" does not exist'],
  ])('keeps the names that PostgreSQL quotes with %s', (code, message) => {
    expect(messageOf(failed(code, message))).toBe(message);
  });

  it('has nothing of a text that is no JSON, and of a value that is no Error', () => {
    const failure = (text: string): unknown => {
      try {
        return JSON.parse(text);
      } catch (error) {
        return error;
      }
    };
    for (const text of ['canary4711', `[${'"canary4711", '.repeat(9)}canary4711]`])
      expect(messageOf(failure(text))).toMatch(/^Unexpected token 'c', .*\[redacted\].* is not valid JSON$/);
    expect(messageOf('canary4711')).toBe('a value that is no Error was thrown (string)');
  });

  it('is the message of any other error, whole', () => {
    expect(messageOf(new TypeError('there is no "sku"'))).toBe('there is no "sku"');
  });
});
