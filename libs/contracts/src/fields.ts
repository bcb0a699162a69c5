// The few kinds of field that messages are made of, each checked in one place. They look at plain data, so a message validates
// the same before it is sent, as it lies in JSON, and after it was read.
import { Matches, ValidateBy, type ValidationArguments } from 'class-validator';
import { isMoney, isUuid } from '@app/kernel';

/** The id of an aggregate: a UUID in lower case. */
export function IsId(): PropertyDecorator {
  return ValidateBy({
    name: 'isId',
    validator: {
      validate: isUuid,
      defaultMessage: ({ property }: ValidationArguments) => `${property} must be a UUID`,
    },
  });
}

/** Money in minor units and nothing else beside it. */
export function IsMoney(): PropertyDecorator {
  return ValidateBy({
    name: 'isMoney',
    validator: {
      validate: (value) => isMoney(value) && Object.keys(value).length === 2,
      defaultMessage: ({ property }: ValidationArguments) =>
        `${property} must be { amountMinor, currency }: a whole number from 0 to 2^53 - 1 and an ISO 4217 code`,
    },
  });
}

/** A reference another system gave: 1 to 100 letters, digits and `._:-`. */
export function IsReference(): PropertyDecorator {
  return Matches(/^[A-Za-z0-9._:-]{1,100}$/, { message: '$property must be 1 to 100 letters, digits or ._:-' });
}

/** A line of text for people: 1 to 200 characters, none of them control characters or half a pair (PostgreSQL keeps neither). */
export function IsLine(): PropertyDecorator {
  return Matches(/^[^\p{Cc}\p{Cs}]{1,200}$/u, { message: '$property must be 1 to 200 characters on one line' });
}
