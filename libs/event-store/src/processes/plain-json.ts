// Data that survives JSON and PostgreSQL's jsonb unchanged. What would come back different is refused while its author can still see it.

const MAX_DEPTH = 100;

/** False for text that jsonb and text columns refuse: NUL, or half a surrogate pair. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Why `value` cannot be stored as JSON and read back the same, or undefined when it can. Fields that are undefined count as absent. */
export function jsonProblem(value: unknown): string | undefined {
  return isSound(value, 0) ? undefined : describeProblem(value);
}

/** Nearly all data is: only what is not has places written down. What contains itself is deeper than any depth. */
function isSound(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return ownProblem(value, []) === undefined;
  if (depth > MAX_DEPTH) return false;
  if (ownProblem(value, []) !== undefined) return false;
  const inArray = Array.isArray(value);
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__' || !isStorable(key)) return false;
    if ((inner !== undefined || inArray) && !isSound(inner, depth + 1)) return false;
  }
  return true;
}

function describeProblem(value: unknown): string | undefined {
  const open: { value: unknown; path: string; within: readonly unknown[] }[] = [{ value, path: '', within: [] }];
  for (let at = open.pop(); at; at = open.pop()) {
    const problem = ownProblem(at.value, at.within);
    if (problem) return `${at.path || 'it'} ${problem}`;
    if (typeof at.value !== 'object' || at.value === null) continue;
    const within = [...at.within, at.value];
    const inArray = Array.isArray(at.value);
    for (const [key, inner] of Object.entries(at.value)) {
      const path = at.path ? `${at.path}.${key}` : key;
      if (key === '__proto__' || !isStorable(key)) return `it has a field name that is not allowed`;
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
    return isStorable(value) ? undefined : 'holds a NUL character or half a surrogate pair';
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `is ${value}`;
  if (typeof value !== 'object') return `is a ${typeof value}`;
  if (within.includes(value)) return 'contains itself';
  if (within.length > MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
  if (Array.isArray(value)) return undefined;
  const tag = Object.prototype.toString.call(value);
  if (tag !== '[object Object]') return `is a ${tag.slice(8, -1)}`;
  return 'toJSON' in value ? 'has a toJSON of its own' : undefined;
}
