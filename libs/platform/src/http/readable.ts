// Text of a query string that says something only once it is read.
import { ValidateBy, type ValidationArguments } from 'class-validator';

/** What `read` can make something of. `expected` goes behind the field's name: "must be …". */
export function IsReadable(read: (text: string) => unknown, expected: string): PropertyDecorator {
  return ValidateBy({
    name: 'isReadable',
    validator: {
      validate: (value) => typeof value === 'string' && read(value) !== undefined,
      defaultMessage: ({ property }: ValidationArguments) => `${property} ${expected}`,
    },
  });
}
