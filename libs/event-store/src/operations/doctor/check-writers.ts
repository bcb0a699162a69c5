// Who holds the settled position back? A transaction that has written to a log and stays open keeps every reader waiting.
import type { LogWriter } from '../context-facts.js';
import { duration, problem, type Finding } from './finding.js';

/** An append takes milliseconds: one that is open this long, in milliseconds, is stuck. */
export const SLOW_WRITER_MS = 5_000;

export function checkWriters(writers: readonly LogWriter[]): Finding[] {
  return writers.filter(isSlow).map(({ log, pid, prepared, openMs, application, state }) => {
    const held = `Readers of the log ${log} cannot pass what it has written; expected an append to be over in milliseconds.`;
    if (pid === undefined) {
      const name = prepared ?? 'without a name we may see';
      return problem(
        'log-held-back',
        `Prepared transaction ${name} holds the log ${log} back. ${held} Run COMMIT PREPARED or ROLLBACK PREPARED '${name}'.`,
      );
    }
    const who = [application, state].filter(Boolean).join(', ');
    const since = openMs === undefined ? '' : ` open for ${duration(openMs)}`;
    return problem(
      'log-held-back',
      `Process ${pid}${who && ` (${who})`} has a transaction${since} that writes to the log ${log}. ${held} ` +
        `Let it end, or end it: SELECT pg_terminate_backend(${pid}).`,
    );
  });
}

function isSlow({ pid, openMs }: LogWriter): boolean {
  return pid === undefined || (openMs ?? 0) > SLOW_WRITER_MS;
}
