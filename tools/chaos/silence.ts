// A process that hangs says nothing, and so says nothing wrong: how long one that nobody has touched may leave questions without an answer.
import { Findings, type Violation } from '../../libs/event-store/src/testing/invariants/index.js';

/** One question to a process. */
export interface Listened {
  /** Milliseconds, of any one clock. */
  readonly atMs: number;
  /** HTTP status; undefined without an answer in time. */
  readonly live: number | undefined;
  /** It was not killed, frozen or asked to stop while it was asked. */
  readonly isServing: boolean;
}

/** Many times what a request takes on a machine that a broker, a database and four services share while they start. */
const LONGEST_MS = 15_000;

/** `samples` by time. */
export function checkSilence(process: string, samples: readonly Listened[], longestMs = LONGEST_MS): Violation[] {
  const findings = new Findings('I14');
  let since: number | undefined;
  let isTold = false;
  for (const { atMs, live, isServing } of samples) {
    if (live !== undefined || !isServing) {
      since = undefined;
      isTold = false;
      continue;
    }
    since ??= atMs;
    if (isTold || atMs - since < longestMs) continue;
    findings.add('unfinished', `${process} serves, and has said nothing from ${since} ms to ${atMs} ms.`);
    isTold = true;
  }
  return findings.found;
}
