// The kinds of field that order requests are made of, each checked in one place.
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { isCurrency } from '@app/kernel';

/** Upper-case ISO 4217. */
export function IsCurrencyCode(): PropertyDecorator {
  return check('isCurrencyCode', isCurrency, 'must be an ISO 4217 code in upper case, like EUR');
}

/** What `read` can make something of. */
export function IsReadable(read: (text: string) => unknown, expected: string): PropertyDecorator {
  return check('isReadable', (value) => typeof value === 'string' && read(value) !== undefined, expected);
}

function check(name: string, validate: (value: unknown) => boolean, expected: string): PropertyDecorator {
  return ValidateBy({
    name,
    validator: { validate, defaultMessage: ({ property }: ValidationArguments) => `${property} ${expected}` },
  });
}
