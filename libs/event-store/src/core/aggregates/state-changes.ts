// What lies between two states of an aggregate, field by field.

export interface StateChange {
  /** Of the field, e.g. `lines[0].quantity`; empty for the state as a whole. */
  readonly path: string;
  /** Undefined where there was nothing. */
  readonly before: unknown;
  /** Undefined where there is nothing any more. */
  readonly after: unknown;
}

/** Of plain JSON data, in the order of the fields; none when both are the same. Elements of lists are compared by their place. */
export function stateChanges(before: unknown, after: unknown, path = ''): StateChange[] {
  if (Object.is(before, after)) return [];
  const lists = Array.isArray(before) && Array.isArray(after);
  if (!lists && !(isFields(before) && isFields(after))) return [{ path, before, after }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
    stateChanges(fieldOf(before, name), fieldOf(after, name), placeOf(path, name, lists)),
  );
}

function isFields(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldOf(of: object, name: string): unknown {
  return Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined;
}

function placeOf(path: string, name: string, inList: boolean): string {
  if (inList) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}
