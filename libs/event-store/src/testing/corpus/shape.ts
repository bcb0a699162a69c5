// Whether two values have the same shape: the same fields with the same kinds of values, whatever the values are.
// As in JSON a field that is undefined is a field that is not there.

/** One line for each place where `value` is unlike `example`; none when the shapes agree. Elements of a list may look like any of the example's. */
export function shapeDifferences(example: unknown, value: unknown, path = ''): string[] {
  const place = path || 'it';
  if (kindOf(example) !== kindOf(value)) return [`${place}: expected ${kindOf(example)}, came ${kindOf(value)}`];
  if (Array.isArray(example) && Array.isArray(value)) return ofElements(example, value, path);
  if (!isFields(example) || !isFields(value)) return [];
  const [expected, come] = [namesOf(example), namesOf(value)];
  const missing = expected.filter((name) => !come.includes(name));
  const shared = expected.filter((name) => come.includes(name));
  const more = come.filter((name) => !expected.includes(name));
  const inside = (name: string): string => (path ? `${path}.${name}` : name);
  return [
    ...missing.map((name) => `${inside(name)}: expected ${kindOf(example[name])}, came nothing`),
    ...shared.flatMap((name) => shapeDifferences(example[name], value[name], inside(name))),
    ...more.map((name) => `${inside(name)}: expected no such field, came ${kindOf(value[name])}`),
  ];
}

/** None when `value` has the shape of one of the examples, otherwise what sets it apart from the one that is nearest. */
export function differencesFromAll(examples: readonly unknown[], value: unknown): string[] {
  const all = examples.map((example) => shapeDifferences(example, value));
  return all.sort((a, b) => a.length - b.length)[0] ?? [];
}

/** An empty list in the example says nothing about elements. */
function ofElements(example: readonly unknown[], value: readonly unknown[], path: string): string[] {
  if (example.length === 0) return [];
  return value.flatMap((element, index) =>
    differencesFromAll(example, element).map((line) => `${path}[${index}] ${line}`),
  );
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function namesOf(fields: Record<string, unknown>): string[] {
  return Object.keys(fields).filter((name) => fields[name] !== undefined);
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
