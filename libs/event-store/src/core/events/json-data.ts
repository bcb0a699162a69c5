// Data that JSON and PostgreSQL give back as it was. What they would refuse, or silently change, is found here with its place.

const MAX_DEPTH = 200;
/** How JSON writes what PostgreSQL cannot store: U+0000 and halves of surrogate pairs. It writes harmless things so as well. */
const SUSPICIOUS = '\\u';

/** Throws what is wrong with `path`, as the end of a sentence; `isOfInput`: of a text or a size, not of the code. */
export type Fail = (problem: string, isOfInput?: boolean) => never;

/**
 * The JSON of a plain object.
 * @param name of the object, for the place in `fail`'s problem.
 */
export function jsonOf(value: unknown, name: string, fail: Fail): string {
  if (!isPlainObject(value)) fail(`${name} must be a plain object`);
  // Nearly all data is sound: places are only written down for what is not.
  if (isSound(value, 0)) {
    const text = JSON.stringify(value);
    if (!text.includes(SUSPICIOUS)) return text;
  }
  check(value, name, [], fail);
  return JSON.stringify(value);
}

/** Whether it comes back from JSON, and from PostgreSQL, as it is. */
export function isPlainData(value: object): boolean {
  try {
    check(value, 'it', [], (problem) => {
      throw new Error(problem);
    });
    return true;
  } catch {
    return false;
  }
}

export function checkText(text: string, path: string, fail: Fail): void {
  if (text.includes('\u0000')) fail(`${path} contains the character U+0000, which PostgreSQL cannot store`, true);
  if (!text.isWellFormed()) fail(`${path} contains half of a surrogate pair, which is not text`, true);
}

/** As {@link check}, but for texts, which JSON shows. A cycle is deeper than any depth. */
function isSound(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return false;
  if (value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) if (!isSound(value[index], depth + 1)) return false;
    return true;
  }
  if (!isPlainObject(value)) return false;
  for (const key of Object.keys(value)) {
    const inner = (value as Readonly<Record<string, unknown>>)[key];
    if (inner !== undefined && !isSound(inner, depth + 1)) return false; // JSON leaves an undefined field out
  }
  return true;
}

/** `above`: the objects around `value`; meeting one of them again is a cycle. */
function check(value: unknown, path: string, above: readonly unknown[], fail: Fail): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') return checkText(value, path, fail);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) fail(`${path} is ${value}, which JSON does not have`);
    return;
  }
  if (typeof value !== 'object') return fail(`${path} is of type ${typeof value}, which JSON does not have`);
  if (above.includes(value)) fail(`${path} contains itself`);
  if (above.length >= MAX_DEPTH) fail(`${path.slice(0, 60)}… is nested deeper than ${MAX_DEPTH} levels`);
  const around = [...above, value];
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) check(value[index], `${path}[${index}]`, around, fail);
    return;
  }
  if (!isPlainObject(value))
    fail(`${path} is a ${value.constructor.name}; store plain data (a Date as its ISO string)`);
  for (const [key, inner] of Object.entries(value)) {
    checkText(key, `a key of ${path}`, fail);
    if (inner !== undefined) check(inner, `${path}.${key}`, around, fail);
  }
}

/** No class instance: those come back from JSON as something else. Also true for objects of another realm. */
function isPlainObject(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
