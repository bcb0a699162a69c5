// Text that people write on one line: reasons, carriers, names.
import { applyDecorators } from '@nestjs/common';
import { Matches } from 'class-validator';

/** 1 to `max` characters, not all blank, no control characters. */
export function IsTextLine(max: number): PropertyDecorator {
  return applyDecorators(
    Matches(new RegExp(`^\\P{Cc}{1,${max}}$`, 'u'), {
      message: `$property must be 1 to ${max} characters on one line`,
    }),
    Matches(/\S/u, { message: '$property must not be blank' }),
  );
}
