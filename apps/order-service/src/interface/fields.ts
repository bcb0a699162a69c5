// The kinds of field that order requests are made of, each checked in one place.
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { isCurrency } from '@app/kernel';

/** Upper-case ISO 4217. */
export function IsCurrencyCode(): PropertyDecorator {
  return ValidateBy({
    name: 'isCurrencyCode',
    validator: {
      validate: isCurrency,
      defaultMessage: ({ property }: ValidationArguments) =>
        `${property} must be an ISO 4217 code in upper case, like EUR`,
    },
  });
}
