// Does something wait for a human hand, and do timers fire?
import type { ProcessFacts } from '../context-facts.js';
import type { ParkedCounts } from '../parked-directory.js';
import type { StuckProcess, StuckReason } from '../processes/index.js';
import { count, duration, note, problem, type Finding } from './finding.js';

/** A timer may be due this long, in milliseconds, before somebody should have fired it. */
export const LATE_TIMER_MS = 30_000;

/** A type that this build does not know is no mistake: its sender was deployed first. So it is counted, and nobody is called. */
export function checkParked(context: string, counts: ParkedCounts): Finding[] {
  const { parked, behind, unreadable, unknownTypes, unmirrored } = counts;
  const findings: Finding[] = [];
  if (parked > 0) {
    const waiting = behind > 0 ? `, and ${count(behind, 'record')} of their keys stand behind` : '';
    findings.push(
      problem(
        'parked',
        `${count(parked, 'message is', 'messages are')} parked${waiting}. Mend the cause, then replay or discard: ` +
          `npm run es -- parked list --context ${context}.`,
      ),
    );
  }
  if (unknownTypes > 0) {
    findings.push(
      note(
        'unknown-types',
        `${count(unknownTypes, 'message is', 'messages are')} of types that no contract of this build has, and kept. ` +
          `Deploy the build whose contracts have them, then replay them: npm run es -- parked replay --context ${context} --unreadable --reason-code unknown-type --reason '…'; or discard them.`,
      ),
    );
  }
  if (unreadable > unknownTypes) {
    findings.push(
      problem(
        'unreadable',
        `${count(unreadable - unknownTypes, 'message')} of the inbox nobody can read. Have the sender publish again what is wrong, then replay or discard: ` +
          `npm run es -- parked list --context ${context} --status unreadable.`,
      ),
    );
  }
  if (unmirrored > 0) {
    findings.push(
      note(
        'unmirrored',
        `${count(unmirrored, 'parked record waits', 'parked records wait')} to be mirrored to the dead-letter topic; none is lost. ` +
          `Look again in a minute, then whether the broker is there and ${context} runs with its DEAD_LETTER_TOPIC.`,
      ),
    );
  }
  return findings;
}

export function checkProcesses(context: string, processes: ProcessFacts | undefined): Finding[] {
  const { due = 0, overdueMs = 0 } = processes ?? {};
  if (due === 0 || overdueMs <= LATE_TIMER_MS) return [];
  return [
    problem(
      'timers-overdue',
      `${count(due, 'timer is', 'timers are')} due and not fired, the oldest for ${duration(overdueMs)}. ` +
        `Expected a running ${context} to fire them within seconds; start it, or look into its log.`,
    ),
  ];
}

/** What waits for its next attempt, and late timers, are looked at elsewhere; here is what does not go on by itself. */
export function checkStuck(context: string, stuck: readonly StuckProcess[]): Finding[] {
  const having = (matches: (reason: StuckReason) => boolean) => stuck.filter(({ reasons }) => reasons.some(matches));
  const parked = having((reason) => 'message' in reason && reason.message.status === 'parked');
  const refused = having(({ why }) => why === 'undo-refused');
  const idle = having(({ why }) => why === 'idle');
  const look = `npm run es -- processes list --context ${context}`;
  return [
    ...(parked.length === 0
      ? []
      : [
          problem(
            'process-stuck',
            `${count(parked.length, 'process does', 'processes do')} not go on: ${parked.length === 1 ? 'something of it is' : 'something of each is'} parked. ` +
              `Mend the cause, then retry: ${look}.`,
          ),
        ]),
    ...(refused.length === 0
      ? []
      : [
          problem(
            'process-stuck',
            `${count(refused.length, 'process was', 'processes were')} not taken back as a whole: a command that undoes a step was refused. ` +
              `Mend the cause, then compensate again: ${look}.`,
          ),
        ]),
    ...(idle.length === 0
      ? []
      : [
          note(
            'process-stuck',
            `${count(idle.length, 'process runs', 'processes run')} and nothing would wake ${idle.length === 1 ? 'it' : 'them'} any more. ` +
              `Look whether what they wait for was lost: ${look}.`,
          ),
        ]),
  ];
}
