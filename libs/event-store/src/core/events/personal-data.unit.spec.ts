// What may be declared personal: fields that are there, of a type that expects to be erased. The compiler says so, this file shows that it does.
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../errors.js';
import { Event } from './event.decorator.js';
import {
  erased,
  isErased,
  orElse,
  PersonalData,
  personalDeclaration,
  subjectOf,
  type Personal,
} from './personal-data.js';

@Event('guest.noted')
@PersonalData({ subject: 'guest', fields: ['name', 'wishes'] })
class GuestNoted {
  constructor(
    readonly guest: string,
    readonly room: number,
    readonly name: Personal<string>,
    readonly wishes?: Personal<readonly string[]>,
    readonly bill = 0,
  ) {}
}

describe('@PersonalData', () => {
  it('declares fields of this very class', () => {
    expect(personalDeclaration(GuestNoted)).toEqual({ subject: 'guest', fields: ['name', 'wishes'] });
    class Other extends GuestNoted {}
    expect(personalDeclaration(Other)).toBeUndefined();
  });

  it('does not compile for what is not there, cannot be erased, or names nobody', () => {
    // @ts-expect-error there is no field nmae
    PersonalData({ subject: 'guest', fields: ['nmae'] })(GuestNoted);
    // @ts-expect-error bill is no Personal<…>
    PersonalData({ subject: 'guest', fields: ['name', 'bill'] })(GuestNoted);
    // @ts-expect-error room is no string
    PersonalData({ subject: 'room', fields: ['name'] })(GuestNoted);
    PersonalData({ subject: 'guest', fields: ['name', 'wishes'] })(GuestNoted); // as it was
    expect(personalDeclaration(GuestNoted)?.fields).toEqual(['name', 'wishes']);
  });

  it('refuses to encrypt the subject for itself', () => {
    class Named {
      constructor(readonly name: string) {}
    }
    // @ts-expect-error name is no Personal<…> either
    const declare = () => PersonalData({ subject: 'name', fields: ['name'] })(Named);
    expect(declare).toThrow(ConfigurationError);
  });
});

describe('a personal field', () => {
  it('is its value, or erased, also after JSON', () => {
    expect([isErased(erased), isErased(JSON.parse(JSON.stringify(erased)))]).toEqual([true, true]);
    expect([isErased('x'), isErased(null), isErased({ $erased: false }), isErased({})]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([orElse<string, null>('x', null), orElse<string, null>(erased, null)]).toEqual(['x', null]);
  });

  it('is about somebody only while it says something', () => {
    expect(subjectOf(new GuestNoted('g-1', 7, 'Ada'))).toBe('g-1');
    expect(subjectOf(new GuestNoted('g-1', 7, erased))).toBeUndefined();
    expect(subjectOf(new GuestNoted('g-1', 7, erased, ['tea']))).toBe('g-1');
    expect(subjectOf({ name: 'Ada' })).toBeUndefined();
  });
});
