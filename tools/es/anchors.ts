// Reads anchors: what `es seal head` has printed, or the lines that a service has logged.
import { readFile } from 'node:fs/promises';
import type { Anchor } from '../../libs/event-store/src/operations/index.js';
import { EsError } from './errors.js';

/** @throws EsError the file cannot be read, or there is no anchor of these contexts in it. */
export async function readAnchors(file: string, contexts: readonly string[]): Promise<Anchor[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new EsError(`--anchor names a file that cannot be read (${error.code}).`, 2);
  });
  const anchors = text.split('\n').flatMap(anchorIn);
  if (anchors.some(({ context }) => contexts.includes(context))) return anchors;
  const expected = 'Expected lines of `es seal head --json`, or of the log of a service that seals.';
  throw new EsError(`The file of --anchor has no anchor of ${contexts.join(' or ')}. ${expected}`, 2);
}

const NUMBER = /^[1-9]\d{0,18}$/;

/** A log has other lines, too. */
function anchorIn(line: string): Anchor[] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return []; // a warning of the runtime, the end of a stack
  }
  const outer = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { context, seal, position, hash } = (outer['anchor'] ?? outer) as Record<string, unknown>;
  const isAnchor =
    typeof context === 'string' &&
    typeof hash === 'string' &&
    /^[0-9a-f]{64}$/.test(hash) &&
    NUMBER.test(String(seal)) &&
    NUMBER.test(String(position));
  return isAnchor ? [{ context, hash, seal: BigInt(String(seal)), position: BigInt(String(position)) }] : [];
}
