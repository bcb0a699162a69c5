// Which fields of an event are about a person, and what stands in their place once that person is forgotten.
import type { Class } from './event.js';
import { ConfigurationError } from '../errors.js';

/** Stands where a forgotten person's data was. Plain data, so that it may be part of a state, a snapshot, or another event. */
export interface Erased {
  readonly $erased: true;
}

export const erased: Erased = Object.freeze({ $erased: true });

/** The type of a personal field: its value, or {@link Erased} after its subject was forgotten. */
export type Personal<T> = T | Erased;

export function isErased(value: unknown): value is Erased {
  return typeof value === 'object' && value !== null && (value as Partial<Erased>).$erased === true;
}

/** The value where there is one, else what you give instead. */
export function orElse<T, U>(value: Personal<T>, instead: U): T | U {
  return isErased(value) ? instead : value;
}

export interface PersonalDeclaration {
  /** The field that names whom it is about, by an id that says nothing to a stranger. It stays readable for ever. */
  readonly subject: string;
  readonly fields: readonly string[];
}

const declarations = new WeakMap<object, PersonalDeclaration>();

type Trouble<E, S extends string, F extends string> =
  | (S extends keyof E ? (E[S] extends string ? never : `${S} is no string`) : `there is no field ${S}`)
  | (F extends keyof E
      ? { $erased: true } extends E[F]
        ? never
        : `${F} is no Personal<…>`
      : `there is no field ${F}`);

/**
 * Fields of an event that are stored encrypted under a key of their subject, `@PersonalData({ subject: 'customerId', fields: ['note'] })`. They are of
 * the type {@link Personal}: forgetting the subject leaves {@link Erased} in them. A misspelt field, or one of another type, does not compile.
 */
export function PersonalData<const S extends string, const F extends string>(options: {
  readonly subject: S;
  readonly fields: readonly [F, ...F[]];
}) {
  const { subject, fields } = options;
  return <E extends object>(
    target: Class<E> & ([Trouble<E, S, F>] extends [never] ? unknown : { readonly trouble: Trouble<E, S, F> }),
  ): void => {
    if ((fields as readonly string[]).includes(subject)) {
      throw new ConfigurationError(
        `@PersonalData on ${target.name}: ${subject} names the subject and cannot be encrypted for it. Use an id that says nothing.`,
      );
    }
    declarations.set(target, { subject, fields });
  };
}

/** What `@PersonalData` said about this very class, or undefined. */
export function personalDeclaration(eventClass: Class): PersonalDeclaration | undefined {
  return declarations.get(eventClass);
}

/** Whether a field's value is to be hidden: nothing, and what is erased already, says nothing. */
export function isPersonalValue(value: unknown): boolean {
  return value !== undefined && value !== null && !isErased(value);
}

/** Whose personal data an event carries in plain text; undefined where it carries none. */
export function subjectOf(event: object): string | undefined {
  const declaration = personalDeclaration(event.constructor as Class);
  if (!declaration) return undefined;
  const values = event as Readonly<Record<string, unknown>>;
  return declaration.fields.some((field) => isPersonalValue(values[field]))
    ? String(values[declaration.subject])
    : undefined;
}
