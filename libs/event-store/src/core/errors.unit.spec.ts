import { describe, expect, it } from 'vitest';
import * as answers from './aggregates/domain-errors.js';
import * as failures from './errors.js';
import * as face from './index.js';

const catalogue = { ...failures, ...answers };
type AnyError = Error & { readonly code: string };
type ErrorClass = new (...args: never[]) => AnyError;

const bases: readonly unknown[] = [catalogue.EventStoreError, catalogue.DomainError];
/** Whose code is that of the rejection it repeats. */
const borrowed: readonly unknown[] = [catalogue.RecordedRejectionError];

const exported = Object.values(catalogue) as unknown[];
const classes = exported.filter((one): one is ErrorClass => !bases.includes(one) && !borrowed.includes(one));
const make = (one: ErrorClass): AnyError => Reflect.construct(one, ['a', 'b', 'c']) as AnyError;

describe('the error catalogue', () => {
  it('exports nothing but errors of the library and of domains, and core exports them all', () => {
    expect(classes.length).toBeGreaterThan(15);
    for (const one of classes) {
      const error = make(one);
      expect(bases.some((base) => error instanceof (base as ErrorClass))).toBe(true);
      expect(error.name).toBe(one.name);
    }
    expect(Object.keys(face)).toEqual(expect.arrayContaining(Object.keys(catalogue)));
  });

  it('gives every class a code of its own', () => {
    const codes = classes.map((one) => make(one).code);
    expect(codes.filter((code) => !/^ES-\d{4}$/.test(code))).toEqual([]);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  it('says what was expected, what came, and how to mend it', () => {
    expect(new catalogue.WrongExpectedVersionError('order-1', 5, 7).message).toBe(
      'Wrong expected version: 5 (stream order-1 is at version 7). Load it again and decide anew.',
    );
  });

  it('repeats a rejection with its code, kind and sentence', () => {
    const rejection = { code: 'OVERDRAWN', kind: 'invalid', message: 'There is not enough.' } as const;
    expect(new catalogue.RecordedRejectionError(rejection)).toMatchObject(rejection);
  });
});
