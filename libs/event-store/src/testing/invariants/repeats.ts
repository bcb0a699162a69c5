// I10 Idempotent API: who asks again under the same key gets the first answer, whatever happened in between.
import { isDeepStrictEqual } from 'node:util';
import { Findings, type Violation } from './violation.js';

/** One request, and the same one again under the same `Idempotency-Key` or command id. */
export interface RepeatedRequest {
  /** For people: method, path and key. */
  readonly what: string;
  readonly first: Answered;
  readonly again: Answered;
}

export interface Answered {
  readonly status: number;
  /** As JSON gives it. */
  readonly body: unknown;
}

export function checkRepeats(requests: readonly RepeatedRequest[]): Violation[] {
  const findings = new Findings('I10');
  for (const { what, first, again } of requests)
    if (!isDeepStrictEqual(again, first))
      findings.add(
        'wrong',
        `${what} was answered with ${textOf(first)}, and when it came again with ${textOf(again)}.`,
      );
  return findings.found;
}

function textOf({ status, body }: Answered): string {
  return `${status} ${JSON.stringify(body)}`;
}
