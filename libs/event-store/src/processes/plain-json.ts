// Data that survives JSON and PostgreSQL's jsonb unchanged. What would come back different is refused while its author can still see it.

/** Text that jsonb and text columns refuse: NUL, or half a surrogate pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;
const MAX_DEPTH = 100;

/** Why `value` cannot be stored as JSON and read back the same, or undefined when it can. Fields that are undefined count as absent. */
export function jsonProblem(value: unknown): string | undefined {
  const open: { value: unknown; path: string; within: readonly unknown[] }[] = [{ value, path: '', within: [] }];
  for (let at = open.pop(); at; at = open.pop()) {
    const problem = ownProblem(at.value, at.within);
    if (problem) return `${at.path || 'it'} ${problem}`;
    if (typeof at.value !== 'object' || at.value === null) continue;
    const within = [...at.within, at.value];
    const inArray = Array.isArray(at.value);
    for (const [key, inner] of Object.entries(at.value)) {
      const path = at.path ? `${at.path}.${key}` : key;
      if (key === '__proto__' || UNSTORABLE.test(key)) return `it has a field name that is not allowed`;
      if (inner === undefined && !inArray) continue;
      open.push({ value: inner, path, within });
    }
  }
  return undefined;
}

/** @param within the objects around it. */
function ownProblem(value: unknown, within: readonly unknown[]): string | undefined {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string')
    return UNSTORABLE.test(value) ? 'holds a NUL character or half a surrogate pair' : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `is ${value}`;
  if (typeof value !== 'object') return `is a ${typeof value}`;
  if (within.includes(value)) return 'contains itself';
  if (within.length > MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
  if (Array.isArray(value)) return undefined;
  const tag = Object.prototype.toString.call(value);
  if (tag !== '[object Object]') return `is a ${tag.slice(8, -1)}`;
  return 'toJSON' in value ? 'has a toJSON of its own' : undefined;
}
