// A field that a request may leave out. Not class-validator's IsOptional, which takes null for nothing as well: JSON.stringify makes null of NaN and
// Infinity, and an amount that somebody got wrong is not the same as no amount.
import { ValidateIf } from 'class-validator';

/** The other rules of the field hold unless it is not there; null is a value like any other. */
export function IsOmittable(): PropertyDecorator {
  return ValidateIf((_request, value) => value !== undefined);
}
