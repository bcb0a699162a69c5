// `Prefer: wait=2` (RFC 7240, section 4.3): how long a caller would wait for an answer, in seconds.
import { ProblemException } from './problem.js';

/** A token or a quoted string, and what follows up to the next preference. */
const preference = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[!#$%&'*+.^_`|~\w-]*))?\s*(?:;.*)?$/s;
const separator = /,(?=(?:[^"]*"[^"]*")*[^"]*$)/;
const seconds = /^\d{1,9}$/;

/**
 * Undefined where no such preference is made. The first of several counts, and what we do not know is left alone, as the RFC has it.
 * @throws ProblemException 400 the wait is no whole number of seconds.
 */
export function preferredWait(prefer: string | string[] | undefined): number | undefined {
  const all = (Array.isArray(prefer) ? prefer.join(',') : (prefer ?? '')).slice(0, 1_000);
  for (const one of all.split(separator)) {
    const [, name, value = ''] = preference.exec(one) ?? [];
    if (name?.toLowerCase() !== 'wait') continue;
    const text = value.replaceAll('"', '');
    if (seconds.test(text)) return Number(text);
    throw new ProblemException({
      status: 400,
      code: 'prefer-invalid',
      detail: 'Prefer: wait must be a whole number of seconds, like wait=2.',
    });
  }
  return undefined;
}
