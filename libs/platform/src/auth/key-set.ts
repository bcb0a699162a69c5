// The public keys of the token issuer, from a file. What is wrong with them is said in words: the content may be somebody's key.
import { readFileSync } from 'node:fs';
import type { JSONWebKeySet } from 'jose';

export const KEY_SET_EXPECTED = 'the path of a JWKS file, JSON like { "keys": [{ "kty": "EC", … }] } with public keys';

/** The key set, or what came instead of one. */
export function readKeySet(file: string): { readonly keys: JSONWebKeySet } | { readonly trouble: string } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { trouble: `a file that cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { trouble: text.trim() === '' ? 'an empty file' : 'a file that holds no JSON' };
  }
  const trouble = troubleInKeySet(content);
  return trouble === undefined ? { keys: content as JSONWebKeySet } : { trouble: `a file ${trouble}` };
}

/** What is wrong with a key set, after "a file" or the like; undefined: nothing. */
export function troubleInKeySet(content: unknown): string | undefined {
  const keys = isObject(content) ? content['keys'] : undefined;
  if (!Array.isArray(keys)) return 'whose JSON has no list "keys"';
  if (keys.length === 0) return 'with an empty list of keys';
  if (!keys.every((key) => isObject(key) && typeof key['kty'] === 'string')) return 'with a key that has no "kty"';
  return keys.some((key: object) => 'd' in key || 'k' in key) ? 'with a private or secret key' : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
