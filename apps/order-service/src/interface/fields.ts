// The kinds of field that order requests are made of, each checked in one place.
import { applyDecorators } from '@nestjs/common';
import { Matches, ValidateBy, type ValidationArguments } from 'class-validator';
import { isCurrency } from '@app/kernel';

/** Upper-case ISO 4217. */
export function IsCurrencyCode(): PropertyDecorator {
  return check('isCurrencyCode', isCurrency, 'must be an ISO 4217 code in upper case, like EUR');
}

/** A line of text for people: 1 to `max` characters, not all blank, no control characters. */
export function IsTextLine(max: number): PropertyDecorator {
  return applyDecorators(
    Matches(new RegExp(`^\\P{Cc}{1,${max}}$`, 'u'), {
      message: `$property must be 1 to ${max} characters on one line`,
    }),
    Matches(/\S/u, { message: '$property must not be blank' }),
  );
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
