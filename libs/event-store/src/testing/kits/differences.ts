// Where two values differ, as JSON sees them: a field that is undefined is a field that is not there.
import { inspect, isDeepStrictEqual } from 'node:util';

/** What `expect.any(String)` and its kin are in Jest, Vitest and others. */
interface Matcher {
  asymmetricMatch(actual: unknown): boolean;
  toString(): string;
}

/** One line for each place; none when they are equal. `expected` may hold asymmetric matchers. */
export function differences(expected: unknown, actual: unknown, path = ''): string[] {
  const differ = [`${path || 'it'}: expected ${show(expected)}, came ${show(actual)}`];
  if (isMatcher(expected)) return expected.asymmetricMatch(actual) ? [] : differ;
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return Array.from({ length: Math.max(expected.length, actual.length) }).flatMap((_, index) =>
      differences(expected[index], actual[index], `${path}[${index}]`),
    );
  }
  if (isData(expected) && isData(actual)) return differencesOfFields(expected, actual, path);
  return isDeepStrictEqual(expected, actual) ? [] : differ;
}

/** As {@link differences}, whatever classes the two objects have. */
export function differencesOfFields(expected: object, actual: object, path = ''): string[] {
  return inFields([...new Set([...Object.keys(expected), ...Object.keys(actual)])], expected, actual, path);
}

/** Only the fields that `expected` names count; each of them in whole. */
export function differencesOfNamed(expected: object, actual: object, path = ''): string[] {
  return inFields(Object.keys(expected), expected, actual, path);
}

/** Of two lists of events or commands, by class and by field. `what` names one of them. */
export function differencesOfLists(what: string, expected: readonly object[], actual: readonly object[]): string[] {
  return Array.from({ length: Math.max(expected.length, actual.length) }).flatMap((_, index) => {
    const [one, other] = [expected[index], actual[index]];
    const place = `${what} ${index + 1}`;
    if (!other) return [`${place}: expected ${one!.constructor.name}, came nothing`];
    if (!one) return [`${place}: expected no more, came ${other.constructor.name}`];
    if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other))
      return [`${place}: expected ${one.constructor.name}, came ${other.constructor.name}`];
    return differencesOfFields(one, other).map((line) => `${place}, ${line}`);
  });
}

/** As text for a message: the whole of it, on one line where it is short. */
export function show(value: unknown): string {
  if (isMatcher(value)) return value.toString();
  return inspect(value, { depth: 12, breakLength: 110, maxStringLength: 500 });
}

function inFields(names: readonly string[], expected: object, actual: object, path: string): string[] {
  const field = (of: object, name: string): unknown =>
    Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined;
  return names.flatMap((name) =>
    differences(field(expected, name), field(actual, name), path ? `${path}.${name}` : name),
  );
}

function isMatcher(value: unknown): value is Matcher {
  return typeof value === 'object' && value !== null && 'asymmetricMatch' in value;
}

/** An object that is nothing but its fields: a Date, a Buffer or a Map is more than that. */
function isData(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]';
}
