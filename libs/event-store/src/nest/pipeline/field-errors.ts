// What class-validator has found, as a flat list that an answer can carry.
import type { ValidationError } from 'class-validator';

export interface FieldError {
  /** Where: `lines.0.quantity`. */
  readonly field: string;
  /** Which rule, e.g. `isInt`: stable, for programs. */
  readonly rule: string;
  readonly message: string;
}

/** More would help nobody, and an answer should not grow with the attack. */
const MAX_ERRORS = 50;

/** At most 50. */
export function fieldErrors(errors: readonly ValidationError[]): FieldError[] {
  return flatten(errors, '').slice(0, MAX_ERRORS);
}

function flatten(errors: readonly ValidationError[], path: string): FieldError[] {
  const found: FieldError[] = [];
  for (const { property, constraints, children } of errors) {
    const field = `${path}${property}`.slice(0, 100);
    for (const [rule, message] of Object.entries(constraints ?? {})) {
      // The name of a field nobody knows is the caller's text: repeated once, shortened, and not inside a sentence.
      found.push({ field, rule, message: rule === 'whitelistValidation' ? 'there is no such field' : message });
    }
    found.push(...flatten(children ?? [], `${field}.`));
    if (found.length >= MAX_ERRORS) break;
  }
  return found;
}
